import assert from "node:assert/strict";
import { mortalCommand } from "../mortal_command.ts";
import { judge, type Row, spread } from "./section.ts";
import { renderTable } from "./table.ts";

const BENCH = ["run", "-A", "--quiet", "--no-check", new URL("./bench.ts", import.meta.url).pathname];

Deno.test("bench runs every section and prints every budget's row as JSON", async () => {
  const { code, stdout, stderr } = await mortalCommand(Deno.execPath(), [...BENCH, "--quick", "--json"], {
    stdout: "piped",
    stderr: "piped",
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const rows = JSON.parse(new TextDecoder().decode(stdout)) as (Row & { section: string })[];
  assert.deepEqual([...new Set(rows.map((it) => it.section))], [
    "start",
    "evaluate",
    "pages",
    "memory",
    "throughput",
    "change",
  ]);
  for (const row of rows) {
    for (const it of [row.agent, row.floor ?? row.agent]) {
      assert.ok(
        Number.isFinite(it.median) && it.min <= it.median && it.median <= it.max,
        JSON.stringify(row),
      );
    }
  }
  assert.ok(rows.filter((it) => it.budget !== undefined).length >= 8);
});

Deno.test("bench names a section that does not exist, and those that do", async () => {
  const { code, stderr } = await mortalCommand(Deno.execPath(), [...BENCH, "nonsense"], {
    stdout: "piped",
    stderr: "piped",
  }).output();
  assert.equal(code, 2);
  assert.match(new TextDecoder().decode(stderr), /nonsense.*start, evaluate/);
});

const FLOOR = spread([10, 20, 30]);
for (
  const [kind, bound, limit, kept, missed] of [
    ["ratio", "atMost", 1.5, 30, 31],
    ["ratio", "atLeast", 0.6, 12, 11],
    ["difference", "atMost", 8, 28, 29],
    ["value", "atMost", 100, 100, 101],
  ] as const
) {
  Deno.test(`a budget of kind ${kind}, ${bound} ${limit}, is kept at ${kept} and missed at ${missed}`, () => {
    const row = (value: number): Row => ({
      name: "x",
      unit: "ms",
      agent: spread([value]),
      floor: FLOOR,
      budget: { kind, bound, limit },
    });
    assert.equal(judge(row(kept)).ok, true);
    assert.equal(judge(row(missed)).ok, false);
    assert.match(renderTable("T", [row(kept)]), /kept$/m);
    assert.match(renderTable("T", [row(missed)]), /MISSED$/m);
  });
}

Deno.test("spread() gives the middle of unsorted values", () => {
  assert.deepEqual(spread([3, 1, 2]), { min: 1, median: 2, max: 3 });
  assert.deepEqual(spread([7]), { min: 7, median: 7, max: 7 });
});
