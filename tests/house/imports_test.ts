import assert from "node:assert/strict";

const repo = new URL("../..", import.meta.url).pathname;

/** Rooms or files that a room may import; of those in `types` nothing but types. */
interface Arrows {
  all: readonly string[];
  types?: readonly string[];
}

const WORDS = ["agent/clock.ts", "agent/error.ts", "agent/signals.ts", "agent/version.ts"];
const PARTS = [
  "agent/access/",
  "agent/host/",
  "agent/preflight/",
  "agent/recovery/",
  "agent/release/",
  "agent/setup/",
  "agent/state/",
  "agent/status/",
];

/** Room → what it may know; the longest matching room counts. The table of docs/architecture.md. */
const MAY_KNOW: Readonly<Record<string, Arrows>> = {
  "main.ts": { all: ["agent/cli/"] },
  "agent/": { all: WORDS },
  "agent/cli/": { all: PARTS },
  "agent/cli/serve.ts": { all: [...PARTS, "routes/", "systemd/"] }, // where the parts are put together
  "routes/": { all: ["views/", ...PARTS] },
  "views/": { all: [], types: PARTS },
  "agent/setup/": {
    all: ["agent/preflight/", "agent/release/", "agent/state/", "agent/host/", "k8s/", "flux/"],
    types: ["agent/status/"],
  },
  "agent/preflight/": { all: ["agent/host/", "agent/release/", "agent/state/"], types: ["agent/setup/"] },
  "agent/release/": { all: [] },
  "agent/status/": {
    all: [
      "agent/explain/",
      "agent/release/release.ts",
      "agent/setup/setup_state.ts",
      "agent/state/",
      "agent/host/",
      "k8s/",
    ],
  },
  "agent/explain/": { all: ["agent/status/"] },
  "agent/recovery/": { all: ["agent/state/", "agent/host/", "k8s/"] },
  "agent/access/": { all: ["agent/state/", "agent/host/"] },
  "agent/state/": { all: ["agent/host/read_kernel_file.ts"], types: ["agent/host/"] },
  "agent/host/": { all: [] },
  "agent/host/kube_connector.ts": { all: ["agent/state/paths.ts", "k8s/"] },
  "k8s/": { all: ["agent/state/"], types: ["agent/host/"] },
  "flux/": { all: ["agent/state/", "k8s/"], types: ["agent/host/"] },
  "systemd/": { all: [] },
  "tools/": { all: [] },
  "tools/release/": {
    all: ["agent/release/", "agent/cli/command.ts", "agent/cli/options.ts", "agent/setup/render_values.ts"],
  },
};

const ROOMS = ["agent/", "routes/", "views/", "k8s/", "flux/", "systemd/", "tools/"];

async function sources(dir: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(repo + dir)) {
    const path = `${dir}${entry.name}`;
    if (entry.isDirectory) found.push(...await sources(`${path}/`));
    else if (path.endsWith(".ts")) found.push(path);
  }
  return found;
}

interface Import {
  target: string;
  typeOnly: boolean;
}

/** What a file names of ours, at its head or when it runs. */
function imports(path: string, text: string): Import[] {
  const found = [
    ...text.matchAll(/^(?:import|export)\s+(type\s)?[^;]*?from\s+"(\.[^"]+)"/gms),
    ...text.matchAll(/\bimport\(()\s*"(\.[^"]+)"/g),
  ];
  return found.map((it) => ({
    target: new URL(it[2] ?? "", `file://${repo}${path}`).pathname.slice(repo.length),
    typeOnly: (it[1] ?? "") !== "",
  }));
}

/** "from → to" of every import that its room may not have. */
function wrongImports(path: string, text: string): string[] {
  const room =
    Object.keys(MAY_KNOW).filter((it) => path.startsWith(it)).sort((a, b) => b.length - a.length)[0];
  if (room === undefined) return [`${path} is in no room`];
  const { all, types = [] } = MAY_KNOW[room] as Arrows;
  const own = room === "agent/" || room === "main.ts" ? undefined : room.slice(0, room.lastIndexOf("/") + 1);
  const isOwn = (target: string) => own !== undefined && target.startsWith(own);
  const words = room.startsWith("views/") || room === "systemd/" || room === "tools/" ? [] : WORDS;
  return imports(path, text)
    .filter(({ target, typeOnly }) =>
      !isOwn(target) && ![...words, ...all].some((it) => target.startsWith(it)) &&
      !(typeOnly && types.some((it) => target.startsWith(it)))
    )
    .map(({ target, typeOnly }) => `${path} → ${target}${typeOnly ? " (types)" : ""}`);
}

Deno.test("imports point one way", async () => {
  const wrong: string[] = [];
  for (const path of ["main.ts", ...(await Promise.all(ROOMS.map(sources))).flat()]) {
    wrong.push(...wrongImports(path, await Deno.readTextFile(repo + path)));
  }
  assert.deepEqual(wrong, []);
});

const CASES: readonly [path: string, text: string, isWrong: boolean][] = [
  ["agent/host/x.ts", 'import { a } from "../clock.ts";', false],
  ["agent/host/x.ts", 'import { a } from "../state/paths.ts";', true],
  ["agent/host/x.ts", 'const { a } = await import("../../k8s/mod.ts");', true],
  ["agent/host/x.ts", 'await import(\n  "../../k8s/mod.ts",\n);', true],
  ["agent/host/kube_connector.ts", 'const { a } = await import("../../k8s/mod.ts");', false],
  ["agent/access/x.ts", 'export * from "../setup/mod.ts";', true],
  ["agent/preflight/x.ts", 'import type { A } from "../setup/setup_inputs.ts";', false],
  ["agent/preflight/x.ts", 'import { a } from "../setup/setup_inputs.ts";', true],
  ["agent/recovery/x.ts", 'import {\n  a,\n  b,\n} from "../../flux/crds.ts";', true],
  ["agent/cli/status.ts", 'import { a } from "../../routes/mod.ts";', true],
  ["agent/cli/serve.ts", 'import { a } from "../../routes/mod.ts";', false],
  ["tools/x.ts", 'import { a } from "../agent/clock.ts";', true],
  ["tools/release/x.ts", 'import { a } from "../../agent/release/mod.ts";', false],
  ["views/x.ts", 'import { a } from "../agent/setup/setup_state.ts";', true],
  ["views/x.ts", 'import type { A } from "../agent/setup/setup_state.ts";', false],
  ["main.ts", 'import { a } from "./agent/setup/mod.ts";', true],
  ["agent/clock.ts", 'import { a } from "./host/host.ts";', true],
];
for (const [path, text, isWrong] of CASES) {
  Deno.test(`${path} ${isWrong ? "may not" : "may"} say ${JSON.stringify(text)}`, () => {
    assert.equal(wrongImports(path, text).length, isWrong ? 1 : 0);
  });
}

Deno.test("only the host runs programs", async () => {
  const wrong: string[] = [];
  for (const room of ROOMS.filter((it) => it !== "tools/")) {
    for (const path of await sources(room)) {
      if (
        path !== "agent/host/run_command.ts" &&
        (await Deno.readTextFile(repo + path)).includes("Deno.Command")
      ) wrong.push(path);
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("zod comes as a namespace: its object z would bring every language and format into the program", async () => {
  const wrong: string[] = [];
  for (const room of ROOMS.filter((it) => it !== "tools/")) {
    for (const path of await sources(room)) {
      if (/^import (?!\* as z |type )[^;]*from "zod"/m.test(await Deno.readTextFile(repo + path))) {
        wrong.push(path);
      }
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("Deno is pinned once: README, .ci/run and the compile tool say the same", async () => {
  const { DENO_VERSION } = await import("../../tools/denort.ts");
  for (const path of ["README.md", ".ci/run"]) {
    const named = [...(await Deno.readTextFile(repo + path)).matchAll(/deno@(\d+\.\d+\.\d+)/g)].map((it) =>
      it[1]
    );
    assert.ok(named.length > 0 && named.every((it) => it === DENO_VERSION), `${path}: ${named.join()}`);
  }
});

Deno.test("version.ts and deno.json say the same version", async () => {
  const { BUILD } = await import("../../agent/version.ts");
  assert.equal(JSON.parse(await Deno.readTextFile(`${repo}deno.json`)).version, BUILD.version);
});
