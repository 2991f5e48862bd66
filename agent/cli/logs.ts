import { readKnownSecrets } from "../bundle/known_secrets.ts";
import { systemClock } from "../clock.ts";
import { errorText } from "../error.ts";
import { RealHost } from "../host/real_host.ts";
import { type Entry, levelOf } from "../logs/fold_lines.ts";
import type { News } from "../logs/follow_streams.ts";
import { createLogService, type LogService } from "../logs/log_service.ts";
import { ANY, type LogQuery, parseQuery, QueryError } from "../logs/query.ts";
import { NAMESPACES } from "../product/names.ts";
import { projectPod } from "../observe/projections/pod.ts";
import { KINDS } from "../../k8s/mod.ts";
import { createKubeConnector } from "../../k8s/connect_kube.ts";
import { withTimeout } from "../signals.ts";
import { withHiddenShown } from "../text/hidden_characters.ts";
import { printable } from "../text/printable.ts";
import { type Command, EXIT, type ExitCode, type Terminal, UsageError } from "./command.ts";
import { parseChoice, parseKubeconfig, parseOptions, requireRoot } from "./options.ts";

const EXAMPLE = `${NAMESPACES.app}/db`;
const DEFAULT_LINES = 100;
const MAX_LINES = 5_000;
/** Without an answer of Kubernetes the kubelet's folders tell which pods there are. */
const PODS_MS = 3_000;
const KNOWN_MS = 2_000;

/** `alga-agent logs` */
export const logsCommand: Command = {
  name: "logs",
  summary: "show what the appliance and its parts say; follow it",
  help: `Usage: alga-agent logs [SOURCE] [OPTIONS]

Without SOURCE: which sources there are. "setup", "agent", "k3s" and "kernel"
are the machine's own, "${EXAMPLE}" the pods of one owner, merged by time.

  -f, --follow      go on with what comes
  -n, --lines N     the newest N lines (default ${DEFAULT_LINES}, at most ${MAX_LINES})
  --since TIME      all since then: 15m, 6h, 2d, or 2026-11-21T14:02:00Z
  --previous        only what containers said before their last restart
  --pod NAME        one pod of the source; --container NAME one container
  --level LEVEL     this and worse: error, warning, info, debug
  --grep TEXT       lines with all of these words; "two words" count as one
  --exclude TEXT    lines with none of these words
  -o, --output      text (default) or json, one entry a line
  --root DIR        where the appliance's "/" lies (default /)
  --kubeconfig FILE how to reach Kubernetes
                    (default /etc/rancher/k3s/k3s.yaml below the root)

Reads the journal and the files of the kubelet itself, so it works without the
running service and without Kubernetes. Passwords and keys are removed.
Needs root.

Exit codes: 0 ok, 1 error, 2 wrong usage, 4 a part could not be read.

Example: sudo alga-agent logs ${EXAMPLE} -f --level warning`,
  async run(args, terminal) {
    const { values, positionals } = parseOptions(
      {
        args: [...args],
        allowPositionals: true,
        options: {
          follow: { type: "boolean", short: "f", default: false },
          lines: { type: "string", short: "n" },
          since: { type: "string" },
          previous: { type: "boolean", default: false },
          pod: { type: "string" },
          container: { type: "string" },
          level: { type: "string" },
          grep: { type: "string" },
          exclude: { type: "string" },
          output: { type: "string", short: "o", default: "text" },
          root: { type: "string", default: "/" },
          kubeconfig: { type: "string" },
        },
      } as const,
    );
    const [source = "", more] = positionals;
    if (more !== undefined) throw new UsageError(`Only one source at a time, not "${more}" as well`);
    const isJson = parseChoice("-o", values.output, ["text", "json"]) === "json";
    const lines = linesOf(values.lines);
    const query = queryOf({ ...values, previous: values.previous ? "on" : "", source });
    const host = new RealHost(await requireRoot(values.root));
    const logs = openLogs(host, await parseKubeconfig(values.kubeconfig), terminal.signal);
    if (source === "") return await listSources(logs, isJson, terminal);
    return await printLog(logs, query, {
      terminal,
      isJson,
      follows: values.follow,
      // All of a window, unless a number is given.
      lines: values.lines === undefined && query.since !== "" && !values.follow ? undefined : lines,
    });
  },
};

function linesOf(text: string | undefined): number {
  const lines = text === undefined ? DEFAULT_LINES : /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (lines >= 1 && lines <= MAX_LINES) return lines;
  throw new UsageError(`--lines must be from 1 to ${MAX_LINES}, not "${text}"`);
}

/** @throws {UsageError} */
function queryOf(given: Partial<Record<string, string | boolean | undefined>>): LogQuery {
  const texts = Object.entries(given).filter(([name, it]) => name in ANY && typeof it === "string");
  try {
    return parseQuery(Object.fromEntries(texts) as Record<string, string>);
  } catch (error) {
    if (error instanceof QueryError) throw new UsageError(`--${error.field}: ${error.message}`);
    throw error;
  }
}

function openLogs(host: RealHost, kubeconfig: string | undefined, signal: AbortSignal): LogService {
  const connectKube = createKubeConnector(host, kubeconfig);
  return createLogService({
    host,
    clock: systemClock,
    connectKube,
    async pods() {
      const pods: ReturnType<typeof projectPod>[] = [];
      const kube = await connectKube().catch(() => undefined);
      await kube?.list(KINDS.Pod, {
        signal: withTimeout(PODS_MS, signal),
        each: (it) => pods.push(projectPod(it)),
      }).catch(() => {}); // the folders tell most of it
      return pods;
    },
    readKnown: async (end) =>
      (await readKnownSecrets({ host, connectKube }, { signal: end, limitMs: KNOWN_MS })).known,
  });
}

async function listSources(logs: LogService, isJson: boolean, terminal: Terminal): Promise<ExitCode> {
  const sources = await logs.sources();
  if (isJson) {
    for (const { id, title, group } of sources) terminal.out(`${JSON.stringify({ id, title, group })}\n`);
    return EXIT.ok;
  }
  const width = Math.max(...sources.map((it) => it.id.length));
  for (const { id, title, group } of sources) {
    const name = id.endsWith(`/${title}`) ? "" : `  ${title}`;
    terminal.out(`${printable(`${group.padEnd(10)}  ${id.padEnd(name === "" ? 0 : width)}${name}`)}\n`);
  }
  return EXIT.ok;
}

async function printLog(
  logs: LogService,
  query: LogQuery,
  { terminal, isJson, follows, lines }: {
    terminal: Terminal;
    isJson: boolean;
    follows: boolean;
    /** `undefined`: all of them. */
    lines: number | undefined;
  },
): Promise<ExitCode> {
  const { signal } = terminal;
  const print = (entry: Entry) => terminal.out(isJson ? jsonLine(entry) : textLines(entry, query));
  let code: ExitCode = EXIT.ok;
  const tell = (problems: News["problems"]) => {
    for (const { stream, problem } of problems) {
      terminal.err(`${printable(`${stream} cannot be read: ${problem}`)}\n`, "error");
      code = EXIT.degraded;
    }
  };
  if (lines === undefined) {
    const all = await logs.all(query, signal);
    if (all === undefined) return noSource(query, terminal);
    for await (const it of all) {
      if (signal.aborted) break;
      print(it);
    }
    return code;
  }
  const page = await logs.page(query, { limit: lines, signal });
  if (page === undefined) return noSource(query, terminal);
  page.entries.forEach(print);
  tell(page.problems);
  if (!follows) return code;
  try {
    for await (const { entries, leftOut, problems } of logs.follow(query, page, { signal })) {
      if (leftOut) {
        const { lines: count, bytes } = leftOut;
        const what = count === 0 && bytes === 0 ? "Lines are missing" : `About ${count} lines are left out`;
        terminal.err(`${what} here\n`, "warning");
      }
      entries.forEach(print);
      tell(problems);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    terminal.err(`${printable(errorText(error))}\n`, "notice");
  }
  return code;
}

function noSource({ source }: LogQuery, terminal: Terminal): ExitCode {
  terminal.err(`There is no source "${printable(source)}". "alga-agent logs" lists them.\n`, "error");
  return EXIT.usage;
}

function jsonLine(entry: Entry): string {
  const { stream, head, rest } = entry;
  const level = levelOf(entry);
  const more = rest.length === 0 ? {} : { rest: rest.map((it) => withHiddenShown(it.text)) };
  return `${JSON.stringify({ at: head.at, stream, level, text: withHiddenShown(head.text), ...more })}\n`;
}

function textLines({ stream, head, rest }: Entry, { pod, container }: LogQuery): string {
  const from = stream.includes("/") && (pod === "" || container === "") ? `${stream} ` : "";
  return [head, ...rest].map((it) => {
    const cut = it.cutChars > 0 ? ` [${it.cutChars} more characters]` : "";
    return `${printable(`${it.at.slice(0, 23)}Z ${from}${it.text}${cut}`)}\n`;
  }).join("");
}
