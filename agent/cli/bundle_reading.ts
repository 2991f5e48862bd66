import { diffBundles } from "../bundle/diff_bundles.ts";
import { bundleText, type ReadBundle, readBundle } from "../bundle/read_bundle.ts";
import { readEvidence, replay } from "../bundle/replay.ts";
import { AgentError } from "../error.ts";
import { printable } from "../text/printable.ts";
import { utcMinute } from "../text/utc_time.ts";
import { createBundleViewer } from "../../routes/bundle_viewer.ts";
import { BUNDLE_VIEWS } from "./bundle_views.ts";
import { EXIT, type ExitCode, type Terminal, UsageError } from "./command.ts";
import { openInput } from "./open_input.ts";
import { listenTcp } from "./listen.ts";
import { parseChoice, parseOptions } from "./options.ts";
import { statusTable } from "./status_table.ts";

const FORMATS = ["table", "json"] as const;

/** `alga-agent bundle inspect` */
export async function bundleInspect(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [path = "", view = "", ...asked] = args;
  const show = BUNDLE_VIEWS[view as keyof typeof BUNDLE_VIEWS];
  if (Object.hasOwn(BUNDLE_VIEWS, view)) {
    const [kept] = await open([path], 1) as [ReadBundle];
    return await show(kept, asked, terminal);
  }
  const { values, positionals } = parseOptions(
    {
      args: [...args],
      allowPositionals: true,
      options: { output: { type: "string", short: "o", default: "table" }, file: { type: "string" } },
    } as const,
  );
  const output = parseChoice("-o", values.output, FORMATS);
  const [, other] = positionals;
  if (other !== undefined) {
    const views = Object.keys(BUNDLE_VIEWS).join(", ");
    throw new UsageError(
      `Of a bundle there is no "${printable(other)}". Behind its file may stand: ${views}`,
    );
  }
  const [bundle] = await open(positionals, 1) as [ReadBundle];
  if (values.file !== undefined) {
    const text = values.file === "."
      ? `${[...bundle.files.keys()].sort().join("\n")}\n`
      : bundleText(bundle, values.file);
    if (text === undefined) {
      throw new UsageError(`The bundle has no file "${values.file}"; "--file ." lists them`);
    }
    terminal.out(text.split("\n").map(printable).join("\n"));
    return EXIT.ok;
  }
  const status = replay(bundle);
  if (output === "json") {
    terminal.out(`${JSON.stringify(status)}\n`);
    return EXIT.ok;
  }
  const { manifest } = bundle;
  const incomplete = manifest.collectors.filter((it) => it.status !== "complete");
  terminal.out([
    `Bundle ${printable(manifest.id)}, made ${printable(utcMinute(manifest.createdAt))} by agent ${
      printable(manifest.agent.version)
    }`,
    incomplete.length === 0
      ? `${manifest.files.length} files, and nothing is missing`
      : `${manifest.files.length} files; something is missing of: ${
        incomplete.map((it) => printable(it.title)).join("; ")
      }`,
    ...(incomplete.length === 0 ? [] : ["What and why: alga-agent bundle inspect FILE --file summary.md"]),
    "",
    statusTable(status, Date.parse(readEvidence(bundle).at), terminal),
  ].join("\n"));
  return EXIT.ok;
}

/** `alga-agent bundle serve` */
export async function bundleServe(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { values, positionals } = parseOptions(
    {
      args: [...args],
      allowPositionals: true,
      options: { port: { type: "string", default: "8090" } },
    } as const,
  );
  if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535) {
    throw new UsageError(`--port must be a number from 0 to 65535, not "${values.port}"`);
  }
  const [bundle] = await open(positionals, 1);
  const viewer = createBundleViewer(bundle as ReadBundle);
  const server = listenTcp(
    { hostname: "127.0.0.1", port: Number(values.port) },
    (request) => viewer.fetch(request),
    { say: (level, text) => terminal.err(`${printable(text)}\n`, level) },
  );
  terminal.err(`Open http://127.0.0.1:${server.addr.port}/ in a browser; Ctrl-C ends it\n`);
  await new Promise<void>((resolve) => {
    if (terminal.signal.aborted) resolve();
    terminal.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  server.cutAll(); // whoever ends it reads no more
  await server.shutdown();
  return EXIT.ok;
}

/** `alga-agent bundle diff` */
export async function bundleDiff(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { values, positionals } = parseOptions(
    {
      args: [...args],
      allowPositionals: true,
      options: { output: { type: "string", short: "o", default: "table" } },
    } as const,
  );
  const output = parseChoice("-o", values.output, FORMATS);
  const [before, after] = await open(positionals, 2);
  const found = diffBundles(before as ReadBundle, after as ReadBundle);
  terminal.out(
    output === "json"
      ? `${JSON.stringify(found)}\n`
      : found.map((it) => `${printable(it.what)}: ${shown(it.before)} → ${shown(it.after)}\n`).join("") ||
        "Nothing changed\n",
  );
  return found.length === 0 ? EXIT.ok : EXIT.error;
}

function shown(value: string | undefined): string {
  return value === undefined || value === "" ? "nothing" : printable(value);
}

async function open(paths: readonly string[], count: number): Promise<ReadBundle[]> {
  if (paths.length !== count) {
    throw new UsageError(count === 1 ? "Name one bundle" : `Name ${count} bundles: the earlier one first`);
  }
  const bundles: ReadBundle[] = [];
  for (const path of paths) {
    try {
      bundles.push(await readBundle(await openInput(path)));
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
      throw new AgentError(error.code, `"${path}": ${error.message}`, {
        ...(error.hint ? { hint: error.hint } : {}),
      });
    }
  }
  return bundles;
}
