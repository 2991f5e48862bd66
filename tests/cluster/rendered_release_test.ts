import assert from "node:assert/strict";
import { renderedImages } from "../../tools/release/rendered_images.ts";
import { readFixtures } from "../agent/trust/fixtures.ts";
import { fakeSurroundings, HELM, registryTest } from "../release/registry_case.ts";
import { runReleaseCli } from "../../tools/release/release_cli.ts";
import { pushImages, type Tool, withFolder } from "../release/tool_folder.ts";
import { pushImage } from "../simulator/push.ts";

const TEMPORAL = new URL("../charts/temporal", import.meta.url).pathname;

/** A release with one more template in the chart of temporal, built, pushed and verified; the lines that failed. */
async function problemsWith(
  template: string,
  { tool, url }: { tool: Tool; url: string },
): Promise<{ code: number; failed: string[]; stdout: string }> {
  const { dir, build, call } = tool;
  const chart = `${dir}/temporal`;
  await Deno.remove(chart, { recursive: true }).catch(() => {});
  await copyFolder(TEMPORAL, chart);
  await Deno.writeTextFile(`${chart}/templates/more.yaml`, template);
  const mirror = ["--registry-mirror", `ghcr.io=${url}`, "--registry-mirror", `docker.io=${url}`];
  const made = await call(...build.map((it) => it === TEMPORAL ? chart : it), "--out", "out");
  assert.equal(made.code, 0, made.stderr);
  assert.equal((await call("push", "out", ...mirror)).code, 0);
  const { code, stdout, stderr } = await call("verify", "1.5.0", ...mirror);
  assert.doesNotMatch(stderr, /Helm was not found/);
  const failed = stdout.split("\n").filter((it) => it.startsWith("FAILED")).map((it) => it.slice(8));
  return { code, failed, stdout };
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const it of Deno.readDir(from)) {
    if (it.isDirectory) await copyFolder(`${from}/${it.name}`, `${to}/${it.name}`);
    else await Deno.copyFile(`${from}/${it.name}`, `${to}/${it.name}`);
  }
}

const POD = (image: string) =>
  `apiVersion: v1\nkind: Pod\nmetadata: { name: more }\nspec:\n  initContainers:\n    - name: a\n      image: ${image}\n`;

const CASES: [string, string, RegExp[]][] = [
  ["nothing more", "# nothing\n", []],
  [
    "an image that only a template puts together",
    POD(`{{ printf "%s:%s" "redis" "latest" }}`),
    [/^pin of redis:latest: its content changes under the same name$/],
  ],
  ["an image without a tag", POD(`{{ .Values.absent | default "busybox" }}`), [/^pin of busybox: /]],
  [
    "a value that the appliance does not write",
    `x: {{ required "theName is needed" .Values.theName }}\n`,
    [/^rendering of temporal by Helm v4[.\d]*: Helm cannot render it: .*theName is needed/],
  ],
  ["what is not YAML", "a: b: c\n", [/^rendering of temporal by Helm v4.*: Helm cannot render it: .*YAML/]],
  ["a part that is switched off", `{{- if .Values.absent }}\n${POD("redis:latest")}{{- end }}\n`, []],
];

for (const [what, template, wanted] of CASES) {
  const name = `verify renders the charts as Flux does: ${what}`;
  if (HELM === undefined) {
    const reason = "helm is not built; see deno task cluster build";
    Deno.test({ name: `${name} (skipped: ${reason})`, ignore: true, fn() {} });
    continue;
  }
  registryTest(
    name,
    async (server) => {
      await pushImages(server.url);
      for (const name of ["redis", "busybox"]) await pushImage(server.url, `library/${name}`, "latest");
      await withFolder(async (tool) => {
        const { code, failed, stdout } = await problemsWith(template, { tool, url: server.url });
        assert.equal(failed.length, wanted.length, failed.join("\n"));
        for (const [i, it] of wanted.entries()) assert.match(failed[i] ?? "", it);
        assert.equal(code, wanted.length === 0 ? 0 : 1);
        for (const name of ["alga-core", "pgbouncer", "temporal-worker"]) {
          assert.match(stdout, new RegExp(`^ok +rendering of ${name} by Helm v4`, "m"));
        }
      });
    },
  );
}

registryTest(
  "a Helm that is named must be one, and promote does without it only when told to",
  async (server) => {
    await withFolder(async ({ dir }) => {
      const { keys: { a } } = await readFixtures();
      await Deno.writeTextFile(`${dir}/a.pub`, a?.publicText ?? "");
      const mirror = ["--registry-mirror", `ghcr.io=${server.url}`];
      const run = async (...args: string[]) => {
        const around = { ...fakeSurroundings(dir), helm: "helm-is-not-here" };
        const said: string[] = [];
        const code = await runReleaseCli([...args, ...mirror], {
          ...around,
          err: (it) => void said.push(it),
        });
        return { code, stderr: said.join("") };
      };
      for (const helm of ["helm-is-not-here", "release.yaml"]) {
        const { code, stderr } = await run("verify", "1.5.0", "--helm", helm);
        assert.equal(code, 1);
        assert.match(stderr, /^Cannot run ".*"\n→ Name the file of the helm program/);
      }
      const promote = ["promote", "1.5.0", "--by", "ada", "--key", "a.pub"];
      assert.match(
        (await run(...promote)).stderr,
        /^Helm was not found: [^]*→ To promote .*: --without-helm/,
      );
      assert.doesNotMatch((await run(...promote, "--without-helm")).stderr, /Helm was not found/);
      assert.match((await run("verify", "1.5.0")).stderr, /^Helm was not found: charts are read/);
    });
  },
);

Deno.test("renderedImages() finds the images of all pods, and no other", () => {
  const text = [
    POD("a:1"),
    "kind: CronJob\nspec: { jobTemplate: { spec: { template: { spec: { containers: [{ image: b:2 }, {}] } } } } }\n",
    "kind: ConfigMap\ndata: { image: c:3 }\n",
    "",
  ].join("---\n");
  assert.deepEqual(renderedImages(text), ["a:1", "b:2"]);
  assert.throws(() => renderedImages("a: b: c"), SyntaxError);
});
