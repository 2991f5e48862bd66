import assert from "node:assert/strict";
import { ROOMS, roomsTable, WORDS, WORKSHOPS } from "./rooms.ts";
import { housedFiles, productFiles, REPO } from "./sources.ts";

/** The room of a file; the longest path counts. */
function roomOf(path: string): string | undefined {
  return [...ROOMS, ...WORKSHOPS].map((it) => it.path).filter((it) =>
    path === it || path.startsWith(`${it}/`)
  )
    .sort((a, b) => b.length - a.length)[0];
}

/** What a file names of ours, at its head or when it runs, in types too. */
function imports(path: string, text: string): string[] {
  const found = [
    ...text.matchAll(/^(?:import|export)\s[^;]*?from\s+"(\.[^"]+)"/gms),
    ...text.matchAll(/\bimport\s*\(\s*"(\.[^"]+)"/g),
    ...text.matchAll(/^import\s+"(\.[^"]+)"/gm),
  ];
  return found.map((it) => new URL(it[1] ?? "", `file://${REPO}${path}`).pathname.slice(REPO.length));
}

/** "from → to" of every import that its room may not have. */
function wrongImports(path: string, text: string): string[] {
  const isWord = WORDS.some((it) => it === path);
  const room = roomOf(path);
  if (room === undefined && !isWord) return [`${path} is in no room`];
  const knows = [...ROOMS, ...WORKSHOPS].find((it) => it.path === room)?.knows ?? [];
  const mayHaveWords = isWord || room !== "tools";
  return imports(path, text).filter((target) => {
    if (WORDS.some((it) => it === target)) return !mayHaveWords;
    const other = roomOf(target);
    return other === undefined || (other !== room && !knows.includes(other));
  }).map((target) => `${path} → ${target}`);
}

Deno.test("every import is one that its room may have", async () => {
  const wrong: string[] = [];
  for (const path of await housedFiles()) {
    wrong.push(...wrongImports(path, await Deno.readTextFile(REPO + path)));
  }
  assert.deepEqual(wrong, []);
});

Deno.test("rooms know each other in one direction only", () => {
  assert.deepEqual(circles(new Map(ROOMS.map((it) => [it.path, it.knows]))), []);
  assert.deepEqual(circles(new Map([["a", ["b"]], ["b", ["a"]]])), ["a → b → a"]);
  assert.deepEqual(circles(new Map([["a", ["b"]], ["b", ["c"]], ["c", ["a"]]])), ["a → b → c → a"]);
  assert.deepEqual(circles(new Map([["a", ["b", "c"]], ["b", ["c"]], ["c", []]])), []);
});

/** Ways from a room back to itself, each told once. */
function circles(knows: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (room: string, way: readonly string[]) => {
    if (way.includes(room)) return void found.push([...way.slice(way.indexOf(room)), room].join(" → "));
    if (done.has(room)) return;
    for (const other of knows.get(room) ?? []) walk(other, [...way, room]);
    done.add(room);
  };
  for (const room of knows.keys()) walk(room, []);
  return found;
}

Deno.test("no room is allowed to know what it does not use", async () => {
  const used = new Map<string, Set<string>>();
  for (const path of await housedFiles()) {
    const room = roomOf(path);
    if (room === undefined) continue;
    const targets = imports(path, await Deno.readTextFile(REPO + path)).map(roomOf);
    const set = used.get(room) ?? new Set();
    for (const it of targets) if (it !== undefined) set.add(it);
    used.set(room, set);
  }
  const idle = [...ROOMS, ...WORKSHOPS].flatMap(({ path, knows }) =>
    knows.filter((it) => !used.get(path)?.has(it)).map((it) => `${path} → ${it}`)
  );
  assert.deepEqual(idle, []);
});

Deno.test("docs/architecture.md has the table of rooms as the list has it (deno task rooms)", async () => {
  assert.ok((await Deno.readTextFile(`${REPO}docs/architecture.md`)).includes(roomsTable()));
});

const CASES: readonly [path: string, text: string, isWrong: boolean][] = [
  ["agent/host/x.ts", 'import { a } from "../clock.ts";', false],
  ["agent/host/x.ts", 'import { a } from "../state/paths.ts";', true],
  ["agent/host/x.ts", 'const { a } = await import("../../k8s/mod.ts");', true],
  ["agent/host/x.ts", 'await import(\n  "../../k8s/mod.ts",\n);', true],
  ["k8s/x.ts", 'import { a } from "../agent/host/host.ts";', false],
  ["k8s/client/x.ts", 'import { a } from "../k3s/pin.ts";', false],
  ["agent/access/x.ts", 'export * from "../setup/mod.ts";', true],
  ["agent/preflight/x.ts", 'import type { A } from "../setup/inputs/schema.ts";', true],
  ["agent/setup/x.ts", 'import type { A } from "../status/document.ts";', true],
  ["agent/explain/x.ts", 'import type { A } from "../status/document.ts";', true],
  ["agent/recovery/x.ts", 'import {\n  a,\n  b,\n} from "../../flux/crds.ts";', true],
  ["agent/cli/serve.ts", 'import { a } from "../../routes/mod.ts";', false],
  ["agent/new_room/x.ts", "export {};", true],
  ["tools/x.ts", 'import { a } from "../agent/clock.ts";', true],
  ["tools/release/x.ts", 'import { a } from "../../agent/release/mod.ts";', false],
  ["main.ts", 'import { a } from "./agent/setup/mod.ts";', true],
  ["agent/clock.ts", 'import { a } from "./host/host.ts";', true],
];
for (const [path, text, isWrong] of CASES) {
  Deno.test(`${path} ${isWrong ? "may not" : "may"} say ${JSON.stringify(text)}`, () => {
    assert.equal(wrongImports(path, text).length > 0, isWrong);
  });
}

Deno.test("zod comes as a namespace: its object z would bring every language and format into the program", async () => {
  const wrong: string[] = [];
  for (const path of await productFiles()) {
    if (/^import (?!\* as z |type )[^;]*from "zod"/m.test(await Deno.readTextFile(REPO + path))) {
      wrong.push(path);
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("Deno is pinned once: README, .ci/run and the compile tool say the same", async () => {
  const { DENO_VERSION } = await import("../../tools/denort.ts");
  for (const path of ["README.md", ".ci/run"]) {
    const named = [...(await Deno.readTextFile(REPO + path)).matchAll(/deno@(\d+\.\d+\.\d+)/g)].map((it) =>
      it[1]
    );
    assert.ok(named.length > 0 && named.every((it) => it === DENO_VERSION), `${path}: ${named.join()}`);
  }
});

Deno.test("version.ts and deno.json say the same version", async () => {
  const { BUILD } = await import("../../agent/version.ts");
  assert.equal(JSON.parse(await Deno.readTextFile(`${REPO}deno.json`)).version, BUILD.version);
});
