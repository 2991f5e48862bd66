import { parseArgs } from "node:util";
import { judge, type Row } from "./section.ts";
import { ON_REQUEST, SECTIONS } from "./sections.ts";
import { withBench } from "./setting.ts";
import { renderTable } from "./table.ts";

/** `deno task bench [-- SECTION …] [--json] [--quick] [--program FILE]`: figures beside a bare program of the same run. */
const { values, positionals } = readArguments();
if (values.help) {
  console.log(usage());
  Deno.exit(0);
}
const all = [...SECTIONS, ...ON_REQUEST];
const unknown = positionals.filter((it) => !all.some((section) => section.id === it));
if (unknown.length > 0) {
  console.error(
    `There is no section ${unknown.join(", ")}. Choose from: ${all.map((it) => it.id).join(", ")}`,
  );
  Deno.exit(2);
}
const chosen = positionals.length === 0 ? SECTIONS : all.filter((it) => positionals.includes(it.id));
const isTerminal = Deno.stderr.isTerminal();
const say = (text: string) => {
  if (isTerminal) Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${text}`));
};

const results: { section: string; rows: Row[] }[] = [];
const size = values.quick
  ? { podCounts: [15, 30], rounds: 1, loadMs: 100 }
  : { podCounts: [15, 100, 1_000], rounds: 5, loadMs: 1_000 };
await withBench({ ...size, say, program: values.program }, async (bench) => {
  for (const section of chosen) {
    const rows = await section.run(bench);
    say("");
    results.push({ section: section.id, rows });
    if (!values.json) console.log(renderTable(section.title, rows));
  }
});
const judged = results.flatMap(({ section, rows }) => rows.map((it) => ({ section, ...it, ...judge(it) })));
const missed = judged.filter((it) => it.ok === false);
if (values.json) console.log(JSON.stringify(judged));
else console.log(`${judged.filter((it) => it.ok).length} budgets kept, ${missed.length} missed`);
// Tiny rounds miss budgets by chance.
if (missed.length > 0 && !values.quick) Deno.exitCode = 1;

function readArguments() {
  try {
    return parseArgs({
      args: Deno.args.filter((it) => it !== "--"),
      options: {
        json: { type: "boolean", default: false },
        /** A few tiny rounds: shows that it works, says nothing about speed. */
        quick: { type: "boolean", default: false },
        /** A compiled agent; by default the one of `deno task compile`. */
        program: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
      allowPositionals: true,
    });
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage()}`);
    Deno.exit(2);
  }
}

function usage(): string {
  const names = (sections: readonly { id: string }[]) => sections.map((it) => it.id).join(", ");
  return `deno task bench [-- SECTION …] [--json] [--quick] [--program FILE]

Sections: ${names(SECTIONS)}; on request: ${names(ON_REQUEST)}.
Ends with 1 when a budget is missed, except with --quick.`;
}
