import { parseArgs } from "node:util";
import { PARTS, TOTAL_MIN } from "./gate/parts.ts";
import { exitCode, renderReport } from "./gate/report.ts";
import { runLimited } from "./gate/run_limited.ts";
import { runParts } from "./gate/run_parts.ts";
import type { Part } from "./gate/part.ts";

/**
 * The gate: every part within its time, some side by side, and a closing line that counts them: "N passed, N failed, N skipped".
 * Started by `.ci/run`; `--help` has the options.
 */
const HELP = `.ci/run [--only WORD]… [--quick] [--list]

  --only WORD   only the parts with WORD in their name; may be repeated
  --quick       without system packages, the programs of the real cluster, the real node and the look at the tree
  --list        names, lanes and time limits of the parts
`;

const repo = new URL("..", import.meta.url).pathname;
const options = readOptions();
const chosen = PARTS.filter((it) =>
  (options.only.length === 0 || options.only.some((word) => it.name.includes(word))) &&
  !(options.quick && it.isFullOnly)
);
if (options.list) {
  for (const it of chosen) {
    console.log(`${it.lane.padEnd(7)}  ${`${it.limitMin}`.padStart(3)} min  ${it.name}`);
  }
  Deno.exit(0);
}

const ended = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => ended.abort());
const startedMs = performance.now();
const outcomes = await runParts(chosen, {
  totalMs: TOTAL_MIN * 60_000,
  nowMs: () => performance.now(),
  run: (command, part, limitMs) =>
    runLimited(command, {
      cwd: repo,
      limitMs,
      signal: ended.signal,
      onText: inLines(part),
      isPolite: part.isPolite ?? false,
    }),
  hasProgram,
  say: (line) => print(`${line}\n`),
  signal: ended.signal,
});
print(renderReport(outcomes, performance.now() - startedMs));
// Not only a return: whatever still holds this process must not keep the gate alive.
Deno.exit(exitCode(outcomes));

async function hasProgram(name: string): Promise<boolean> {
  try {
    const program = new Deno.Command(name, {
      args: ["version"],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    });
    return (await program.output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function readOptions(): { only: string[]; quick: boolean; list: boolean } {
  try {
    const { values } = parseArgs({
      args: Deno.args.filter((it) => it !== "--"),
      options: {
        only: { type: "string", multiple: true, default: [] },
        quick: { type: "boolean", default: false },
        list: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) {
      print(HELP);
      Deno.exit(0);
    }
    const unknown = values.only.filter((word) => !PARTS.some((it) => it.name.includes(word)));
    if (unknown.length > 0) {
      const names = PARTS.map((it) => `"${it.name}"`).join(", ");
      throw new Error(`No part has "${unknown.join('", "')}" in its name. Parts: ${names}`);
    }
    return values;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    Deno.exit(2);
  }
}

/** Shows whole lines with the name of their part: several parts speak at the same time. */
function inLines(part: Part): (text: string) => void {
  let rest = "";
  return (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) print(`[${part.name}] ${line}\n`);
  };
}

function print(text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let written = 0; written < bytes.length;) written += Deno.stdout.writeSync(bytes.subarray(written));
}
