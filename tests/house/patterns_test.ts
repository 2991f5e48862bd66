import assert from "node:assert/strict";
import { findPatterns, type FoundPattern } from "./patterns/find_patterns.ts";
import { Measurer, type Verdict } from "./patterns/measure_in_worker.ts";
import { productFiles, REPO } from "./sources.ts";

async function productPatterns(): Promise<{ patterns: FoundPattern[]; made: string[] }> {
  const all = await Promise.all(
    (await productFiles()).map(async (path) => findPatterns(path, await Deno.readTextFile(REPO + path))),
  );
  return { patterns: all.flatMap((it) => it.patterns), made: all.flatMap((it) => it.made) };
}

function told(verdict: Verdict): string | undefined {
  if (verdict === "unending") return "does not come to an end";
  if (!verdict.growth) return undefined;
  const { attack, ratio, chars } = verdict.growth;
  return `four times the text takes ${ratio} times as long at ${chars} characters of ${
    JSON.stringify(attack)
  }`;
}

/** Other programs come and go: only what is found guilty three times is. */
async function problemOf(measurer: Measurer, source: string, flags: string): Promise<string | undefined> {
  let problem: string | undefined;
  for (let i = 0; i < 3; i++) {
    problem = told(await measurer.measure(source, flags));
    if (problem === undefined) break;
  }
  return problem;
}

Deno.test("every pattern of the product takes time in proportion to its text, up to 512 KiB", async () => {
  const { patterns } = await productPatterns();
  assert.ok(patterns.length > 100, `only ${patterns.length} patterns were found`);
  const measurer = new Measurer();
  const wrong: string[] = [];
  try {
    const distinct = new Map(patterns.map((it) => [`/${it.source}/${it.flags}`, it]));
    for (const [shown, { source, flags, place }] of distinct) {
      const problem = await problemOf(measurer, source, flags);
      if (problem !== undefined) wrong.push(`${place} ${shown} ${problem}`);
    }
  } finally {
    measurer.close();
  }
  assert.deepEqual(wrong, []);
});

Deno.test("no pattern of the product is made from a text when it runs", async () => {
  assert.deepEqual((await productPatterns()).made, [], "write it as a literal, so that it can be measured");
});

/** The patterns that froze the program, and one of each shape that does. */
const GUILTY: readonly [pattern: RegExp, shape: string][] = [
  [/^location:[ \t]*([^\r\n]{1,2000}?)[ \t]*$/im, "the status probe's, cubic"],
  [/([A-Za-z_]+)\s*=\s*(?:"([^"]*)"|([^\s,"]+))/g, "the registry challenge's"],
  [/\s*\n\s*/g, "the one of error texts"],
  [/^.*client error \([^)]*\): /, "the one of failed requests"],
  [/x+y/, "begins again in each place"],
  [/\/+$/, "an end that is missing"],
  [/(a+)+$/, "exponential"],
  [/a.*b.*c/, "two gaps"],
  [/(?:\w+\s?)+!/, "words in words"],
  [/<[^>]*>/g, "a bracket that stays open"],
];
for (const [pattern, shape] of GUILTY) {
  Deno.test(`${pattern} is found guilty (${shape})`, async () => {
    const measurer = new Measurer(3_000);
    try {
      assert.notEqual(told(await measurer.measure(pattern.source, pattern.flags)), undefined);
    } finally {
      measurer.close();
    }
  });
}

for (const pattern of [/^x+y/, /(?<!\/)\/+$/, /seed .{0,200}failed/, /[^"]*/g, /\b\d{1,9}\b/, /^(?:a|b)*$/]) {
  Deno.test(`${pattern} is found innocent`, async () => {
    const measurer = new Measurer();
    try {
      assert.equal(await problemOf(measurer, pattern.source, pattern.flags), undefined);
    } finally {
      measurer.close();
    }
  });
}

for (
  const [text, patterns, made] of [
    ["const a = /x/g.test(b) || /y\\/z/.test(b);", ["/x/g", "/y\\/z/"], 0],
    ["// /x/\nconst a = 1 / 2 / 3; const b = '/x/';", [], 0],
    ["const a = `${b.replace(/[/]/, '')}`;", ["/[/]/"], 0],
    ["new RegExp(a); RegExp('x', 'g');", [], 2],
    ["a.match('x+'); a.matchAll(`${b}`); a.search('x' + b);", [], 3],
    ["a.match(/x/); const it: RegExp = b; const c: { test: RegExp } = d;", ["/x/"], 0],
  ] as const
) {
  Deno.test(`patterns in ${JSON.stringify(text)}`, () => {
    const found = findPatterns("x.ts", text);
    assert.deepEqual(found.patterns.map((it) => `/${it.source}/${it.flags}`), patterns);
    assert.equal(found.made.length, made);
  });
}
