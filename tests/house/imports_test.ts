import assert from "node:assert/strict";

const repo = new URL("../..", import.meta.url).pathname;

/** Room → rooms that it must not import. The longest matching room counts. */
const FORBIDDEN: Readonly<Record<string, readonly string[]>> = {
  "agent/": ["agent/cli/", "routes/", "views/", "tests/", "tools/"],
  "agent/cli/": ["views/", "tests/", "tools/"],
  "agent/status/": ["agent/cli/", "agent/access/", "routes/", "views/", "tests/"],
  "agent/explain/": ["agent/cli/", "agent/setup/", "agent/access/", "routes/", "views/", "tests/"],
  "agent/release/": [
    "agent/cli/",
    "agent/setup/",
    "agent/status/",
    "routes/",
    "views/",
    "k8s/",
    "flux/",
    "tests/",
  ],
  "agent/state/": [
    "agent/cli/",
    "agent/setup/",
    "agent/status/",
    "routes/",
    "views/",
    "k8s/",
    "flux/",
    "tests/",
  ],
  "routes/": ["agent/cli/", "k8s/", "flux/", "systemd/", "tests/"],
  "views/": ["routes/", "k8s/", "flux/", "systemd/", "tests/"],
  "k8s/": [
    "agent/cli/",
    "agent/setup/",
    "agent/status/",
    "agent/explain/",
    "agent/release/",
    "agent/preflight/",
    "agent/access/",
    "routes/",
    "views/",
    "flux/",
    "systemd/",
    "tests/",
  ],
  "flux/": [
    "agent/cli/",
    "agent/setup/",
    "agent/status/",
    "agent/explain/",
    "agent/release/",
    "agent/preflight/",
    "agent/access/",
    "routes/",
    "views/",
    "systemd/",
    "tests/",
  ],
  "systemd/": ["agent/", "routes/", "views/", "k8s/", "flux/", "tests/"],
};

async function sources(dir: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(repo + dir)) {
    const path = `${dir}${entry.name}`;
    if (entry.isDirectory) found.push(...await sources(`${path}/`));
    else if (path.endsWith(".ts")) found.push(path);
  }
  return found;
}

function imports(path: string, text: string): { target: string; typeOnly: boolean }[] {
  return [...text.matchAll(/^(?:import|export)\s+(type\s)?[^;]*?from\s+"(\.[^"]+)"/gms)].map((it) => ({
    target: new URL(it[2] ?? "", `file://${repo}${path}`).pathname.slice(repo.length),
    typeOnly: it[1] !== undefined,
  }));
}

Deno.test("imports point one way", async () => {
  const wrong: string[] = [];
  for (const room of ["agent/", "routes/", "views/", "k8s/", "flux/", "systemd/"]) {
    for (const path of await sources(room)) {
      const rule = Object.keys(FORBIDDEN).filter((it) =>
        path.startsWith(it)
      ).sort((a, b) => b.length - a.length)[0] ?? "";
      // Where the parts are put together.
      if (path === "agent/cli/serve.ts") continue;
      for (const { target } of imports(path, await Deno.readTextFile(repo + path))) {
        if (FORBIDDEN[rule]?.some((it) => target.startsWith(it))) wrong.push(`${path} → ${target}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("views import types only from the agent", async () => {
  const wrong: string[] = [];
  for (const path of await sources("views/")) {
    for (const { target, typeOnly } of imports(path, await Deno.readTextFile(repo + path))) {
      if (target.startsWith("agent/") && !typeOnly) wrong.push(`${path} → ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("only the host runs programs", async () => {
  const wrong: string[] = [];
  for (const room of ["agent/", "routes/", "views/", "k8s/", "flux/", "systemd/"]) {
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
  for (const room of ["agent/", "routes/", "views/", "k8s/", "flux/", "systemd/"]) {
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
