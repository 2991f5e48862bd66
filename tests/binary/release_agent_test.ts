import assert from "node:assert/strict";
import { parseBom } from "../tools/release_agent/cyclonedx.ts";
import { denoTask } from "../deno_task.ts";
import { mortalCommand } from "../mortal_command.ts";
import { compiledProgram, run } from "./program.ts";

const repo = new URL("../..", import.meta.url).pathname;
const program = await compiledProgram();
const suffix = program.ok ? "" : ` (skipped: ${program.reason})`;

/** Runs `deno task …` as in the checkout, called from a folder. */
async function task(dir: string, ...args: string[]): Promise<void> {
  const { code, said } = await denoTask(args, { dir, env: { NO_COLOR: "1" } });
  assert.equal(code, 0, said);
}

Deno.test({
  name: `deno task release-agent makes a program that runs and an SBOM of exactly what is in it${suffix}`,
  ignore: !program.ok,
  async fn() {
    const dir = await Deno.makeTempDir({ prefix: "alga-agent-release-" });
    try {
      await task(dir, "release-agent", "--trial", "--target", "x64", "--output", "out");
      await task(dir, "release-agent", "verify", "out");
      const { code, stdout } = await run(`${dir}/out/alga-agent-linux-x64`, ["version"]);
      assert.equal(code, 0);
      const version = (await Deno.readTextFile(`${dir}/out/VERSION`)).trim();
      assert.ok(stdout.includes(version), stdout);
      const bom = parseBom(JSON.parse(await Deno.readTextFile(`${dir}/out/alga-agent.cdx.json`)));
      const named = bom.components.filter((it) => it.type === "library")
        .map((it) => `${it.group === undefined ? "" : `${it.group}/`}${it.name}@${it.version}`);
      const { direct, reachable } = await importedPackages();
      assert.ok(direct.length >= 5, direct.join());
      assert.deepEqual(direct.filter((it) => !named.includes(it)), [], "imported, and not in the SBOM");
      assert.deepEqual(named.filter((it) => !reachable.includes(it)), [], "in the SBOM, and not imported");
      assert.equal(bom.components.filter((it) => it.name === "deno" && it.type === "platform").length, 1);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});

/** What Deno's own module graph says: packages that the program's code imports (not only its types), and all below them. */
async function importedPackages(): Promise<{ direct: string[]; reachable: string[] }> {
  const { stdout } = await mortalCommand(Deno.execPath(), ["info", "--json", `${repo}main.ts`], {
    cwd: repo,
    stdout: "piped",
    stderr: "inherit",
  }).output();
  const graph: {
    roots: string[];
    redirects: Record<string, string>;
    modules: {
      specifier: string;
      npmPackage?: string;
      dependencies?: { code?: { specifier?: string } }[];
    }[];
    npmPackages: Record<string, { name: string; version: string; dependencies: string[] }>;
  } = JSON.parse(new TextDecoder().decode(stdout));
  const modules = new Map(graph.modules.map((it) => [it.specifier, it]));
  const seen = new Set(graph.roots);
  const direct = new Set<string>();
  for (const specifier of seen) { // grows while it is walked
    const module = modules.get(graph.redirects[specifier] ?? specifier);
    if (module?.npmPackage !== undefined) direct.add(module.npmPackage);
    for (const { code } of module?.dependencies ?? []) {
      if (code?.specifier !== undefined) seen.add(code.specifier);
    }
  }
  const reachable = new Set(direct);
  for (const id of reachable) {
    for (const below of graph.npmPackages[id]?.dependencies ?? []) reachable.add(below);
  }
  const names = (ids: Iterable<string>) =>
    [...ids].flatMap((id) => {
      const it = graph.npmPackages[id];
      return it === undefined ? [] : [`${it.name}@${it.version}`];
    });
  return { direct: names(direct), reachable: names(reachable) };
}
