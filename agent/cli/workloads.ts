import { RealHost } from "../host/real_host.ts";
import type { PodPage, WorkloadList, WorkloadQuery, WorkloadsService } from "../workloads/mod.ts";
import { ALL_WORKLOADS, toSearch } from "../workloads/query.ts";
import { connectAgent } from "./agent_client.ts";
import { type Command, EXIT, type ExitCode, type Terminal, UsageError } from "./command.ts";
import { parseChoice, parseOptions, parsePage, parseRoot } from "./options.ts";
import { podText, workloadsText } from "./workloads_table.ts";

const BASE = "/api/v1/workloads";

const WORKLOAD_OPTIONS = {
  namespace: { type: "string", short: "n", default: "" },
  name: { type: "string", default: "" },
  of: { type: "string", default: "" },
  ended: { type: "boolean", default: false },
  page: { type: "string", default: "1" },
  output: { type: "string", short: "o", default: "table" },
} as const;

/** `alga-agent workloads` */
export const workloadsCommand: Command = {
  name: "workloads",
  summary: "show what runs, or one pod with all that is known of it",
  help: `Usage: alga-agent workloads [NAMESPACE/POD] [OPTIONS]

  -n, --namespace NAME  of this namespace, or "all"; without it those of the
                        appliance
  --name TEXT           whose name contains this
  --of KIND/NS/NAME     the pods of one workload, like Deployment/msp/pgbouncer
  --ended               what is over, too
  --page NUMBER         40 on a page, what needs attention first (default 1)
  -o, --output          table (default) or json, the same as
                        ${BASE}
  --root DIR            where the appliance's "/" lies (default /)

CPU and memory are what the kubelet measured last; a dash where it does not
tell. The service answers, also while Kubernetes does not: then with what it
remembers, and says of when that is.

Exit codes: 0 nothing needs attention, 1 the agent does not answer or there is
no such pod, 4 something does.

Example: alga-agent workloads --namespace msp`,
  async run(args, terminal) {
    const { values, positionals } = parseOptions(
      {
        args: [...args],
        allowPositionals: true,
        options: { ...WORKLOAD_OPTIONS, root: { type: "string", default: "/" } },
      } as const,
    );
    const asked = askedOf(values, positionals);
    const client = connectAgent(new RealHost(parseRoot(values.root)));
    try {
      const answer: PodPage | WorkloadList = await client.request(
        "GET",
        asked.pod === undefined
          ? BASE + toSearch(asked.query)
          : `${BASE}/${asked.pod.map(encodeURIComponent).join("/")}`,
      );
      return show(answer, { asked, nowMs: Date.now(), terminal });
    } finally {
      client.close();
    }
  },
};

/** The same of what a bundle kept. @throws {UsageError} */
export async function keptWorkloads(
  args: readonly string[],
  { workloads, nowMs, terminal }: { workloads: WorkloadsService; nowMs: number; terminal: Terminal },
): Promise<ExitCode> {
  const { values, positionals } = parseOptions(
    { args: [...args], allowPositionals: true, options: WORKLOAD_OPTIONS } as const,
  );
  const asked = askedOf(values, positionals);
  const answer = asked.pod === undefined
    ? await workloads.list(asked.query)
    : await workloads.pod(...asked.pod);
  if (answer === undefined) throw new UsageError(`The bundle knows no pod "${asked.pod?.join("/")}"`);
  return show(answer, { asked, nowMs, terminal });
}

interface Asked {
  output: string;
  pod: [namespace: string, name: string] | undefined;
  query: WorkloadQuery;
}

function askedOf(
  values: { namespace: string; name: string; of: string; ended: boolean; page: string; output: string },
  positionals: readonly string[],
): Asked {
  const output = parseChoice("-o", values.output, ["table", "json"]);
  const pod = parsePod(positionals);
  const query: WorkloadQuery = {
    ...ALL_WORKLOADS,
    namespace: values.namespace,
    name: values.name,
    of: values.of,
    ended: values.ended,
    page: parsePage(values.page),
  };
  if (pod !== undefined && toSearch(query) !== "") {
    throw new UsageError("A pod is named: say nothing else of it");
  }
  return { output, pod, query };
}

function show(
  answer: PodPage | WorkloadList,
  { asked, nowMs, terminal }: { asked: Asked; nowMs: number; terminal: Terminal },
): ExitCode {
  const text = () =>
    "rows" in answer ? workloadsText(answer, nowMs, terminal) : podText(answer, nowMs, terminal);
  terminal.out(asked.output === "json" ? `${JSON.stringify(answer)}\n` : text());
  const isWell = "rows" in answer ? answer.needAttention === 0 : !["bad", "warn"].includes(answer.row.tone);
  return isWell ? EXIT.ok : EXIT.degraded;
}

function parsePod(words: readonly string[]): [namespace: string, name: string] | undefined {
  if (words.length === 0) return undefined;
  const [namespace, name, ...rest] = (words[0] ?? "").split("/");
  if (words.length === 1 && namespace && name && rest.length === 0) return [namespace, name];
  throw new UsageError(`Name a pod like msp/db-0, not "${words.join(" ")}"`);
}
