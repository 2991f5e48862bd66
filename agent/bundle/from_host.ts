import { AgentError, errorText } from "../error.ts";
import type { Collector, CollectorTools } from "./collector.ts";
import { textPieces } from "./collector.ts";

const KIB = 1024;
const FILE_BYTES = 2 * KIB * KIB;
const PROGRAM_MS = 8_000;

/** A program whose output is a file of the bundle. */
export interface ProgramRow {
  path: string;
  argv: readonly [string, ...string[]];
  maxBytes?: number;
  /** Its exit code tells what it found, not whether it could look. */
  tellsByCode?: boolean;
}

/** A file of the machine: its end, where it is too long. */
export interface HostFileRow {
  path: string;
  from: string;
  maxBytes?: number;
}

/** A collector that is a list of programs and files. Each of them may be absent; one that hangs does not keep the others. */
export function hostCollector(
  id: string,
  title: string,
  { programs = [], files = [] }: { programs?: readonly ProgramRow[]; files?: readonly HostFileRow[] },
): Collector {
  return {
    id,
    title,
    async collect(tools) {
      await Promise.all([
        ...programs.map((it) => addProgram(tools, it)),
        ...files.map((it) => addHostFile(tools, it)),
      ]);
    },
  };
}

/** Adds what a program says, as it says it. */
export async function addProgram(
  tools: CollectorTools,
  { path, argv, maxBytes, tellsByCode = false }: ProgramRow,
): Promise<void> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const missing = (why: string) => tools.missing(argv.join(" "), why);
  const running = tools.host.run(argv, {
    signal: tools.signal,
    timeoutMs: PROGRAM_MS,
    maxOutputBytes: 4 * KIB,
    onChunk: (bytes) => writer.write(bytes).catch(() => {}), // nobody reads on: it is ended by the signal
  }).then(async ({ code, stderr }) => {
    if (code !== 0 && !tellsByCode) missing(`it ended with code ${code}${saidText(stderr)}`);
    await writer.close().catch(() => {});
  }, async (error) => {
    if (isNoProgram(error)) tools.absent(argv[0]);
    else missing(errorText(error));
    await writer.abort(error).catch(() => {});
  });
  // A program that is not there says nothing, and has no file.
  await Promise.all([
    running,
    tools.file(path, readable, maxBytes === undefined ? {} : { maxBytes }).catch(() => {}),
  ]);
}

/** Adds a file of the machine; of a longer one its end, from the first whole line on. Links are not followed. */
export async function addHostFile(
  tools: CollectorTools,
  { path, from, maxBytes = FILE_BYTES }: HostFileRow,
): Promise<void> {
  try {
    const info = await tools.host.info(from);
    if (info === undefined) return tools.absent(from);
    if (info.kind === "link") return tools.missing(from, "it is a link");
    if (/^\/(?:proc|sys)\//.test(from)) {
      const text = await tools.host.readText(from, { maxBytes });
      return await tools.file(path, textPieces(text ?? ""), { maxBytes });
    }
    await tools.file(path, tail(tools, { from, maxBytes, sizeBytes: info.sizeBytes }), { maxBytes });
  } catch (error) {
    tools.missing(from, errorText(error));
  }
}

async function* tail(
  { host, signal }: CollectorTools,
  { from, maxBytes, sizeBytes }: { from: string; maxBytes: number; sizeBytes: number },
): AsyncGenerator<Uint8Array> {
  let at = Math.max(0, sizeBytes - maxBytes);
  // Half a line may be half a secret.
  let isInLine = at > 0;
  for (;;) {
    signal.throwIfAborted();
    const bytes = await host.readPart(from, { fromByte: at, maxBytes: 64 * KIB });
    if (bytes === undefined || bytes.length === 0 || at >= sizeBytes) return;
    at += bytes.length;
    const begin = isInLine ? bytes.indexOf(10) + 1 : 0;
    if (isInLine && begin === 0) continue;
    isInLine = false;
    yield bytes.subarray(begin);
  }
}

/** Whether a program could not be started since it is not there. */
function isNoProgram(error: unknown): boolean {
  return error instanceof AgentError && error.code === "COMMAND_FAILED" && error.cause === undefined;
}

/** What a program said to its end; nothing of one that was silent. */
function saidText(stderr: string): string {
  const said = stderr.trim().slice(-400);
  return said === "" ? "" : `: ${said}`;
}
