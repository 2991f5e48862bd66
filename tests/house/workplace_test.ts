import assert from "node:assert/strict";
import { DENO_VERSION } from "../../tools/denort.ts";
import { DEBIAN_PACKAGES } from "../../tools/gate/debian_packages.ts";
import { PARTS } from "../../tools/gate/parts.ts";
import { REPO } from "./sources.ts";

const container = JSON.parse(await Deno.readTextFile(`${REPO}.devcontainer/devcontainer.json`));

/** The owner's list, with what docs and tools need. */
const TOP_FOLDERS = ["agent", "docs", "flux", "iso", "k8s", "routes", "systemd", "tests", "tools", "views"];

Deno.test("the folders at the top are those that the owner chose", async () => {
  const entries = await Array.fromAsync(Deno.readDir(REPO));
  const found = entries.filter((it) => it.isDirectory && !/^\.|^node_modules$/.test(it.name));
  assert.deepEqual(found.map((it) => it.name).sort(), TOP_FOLDERS);
});

Deno.test("the devcontainer pins its image and has the Deno and the Go that everything is built with", async () => {
  assert.match(container.image, /^docker\.io\/library\/node:\d+\.\d+\.\d+-[a-z]+$/);
  const [, deno] = /npm install --global deno@(\S+)/.exec(container.postCreateCommand) ?? [];
  assert.equal(deno, DENO_VERSION);
  const needed: string[] = [];
  for await (const { name } of Deno.readDir(`${REPO}tests/cluster/go`)) {
    const module = await Deno.readTextFile(`${REPO}tests/cluster/go/${name}/go.mod`);
    needed.push(/^go (\S+)$/m.exec(module)?.[1] ?? "");
  }
  const byNumber = new Intl.Collator("en", { numeric: true });
  assert.equal(
    container.features["ghcr.io/devcontainers/features/go:1"].version,
    needed.sort(byNumber.compare).at(-1),
    "the newest that a go.mod asks for",
  );
});

Deno.test("the devcontainer installs what the gate installs, by the gate", () => {
  const [, word = ""] = /\.ci\/run --only (\S+)$/.exec(container.postCreateCommand) ?? [];
  assert.deepEqual(PARTS.filter((it) => it.name.includes(word)).map((it) => it.name), [
    "system packages",
    "npm packages",
  ]);
  assert.ok(DEBIAN_PACKAGES.length > 0);
  assert.equal(container.remoteUser, "root", "the gate installs as root only");
});

Deno.test(".editorconfig and deno fmt agree", async () => {
  const text = await Deno.readTextFile(`${REPO}.editorconfig`);
  const { fmt } = JSON.parse(await Deno.readTextFile(`${REPO}deno.json`));
  const value = (key: string) => new RegExp(`^${key} = (.+)$`, "m").exec(text)?.[1];
  assert.equal(Number(value("max_line_length")), fmt.lineWidth);
  assert.equal(value("indent_style") === "tab", fmt.useTabs ?? false);
  assert.equal(Number(value("indent_size")), fmt.indentWidth ?? 2);
});
