import assert from "node:assert/strict";
import {
  pageLines,
  parseDownloadUrl,
  parseKubeconfig,
  parseMirrors,
  parsePublicNames,
  requireRoot,
} from "../../../agent/cli/options.ts";
import { cli } from "./terminal.ts";

for (const command of [["token", "show"], ["token", "rotate"], ["preflight"], ["serve"]]) {
  Deno.test(`"${command.join(" ")}" refuses a root that is not there and makes nothing`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "alga-root-" });
    const { code, out, err } = await cli([...command, "--root", `${folder}/typo`]);
    assert.deepEqual([code, out], [2, ""]);
    assert.ok(err.startsWith(`--root "${folder}/typo" does not exist\n`), err);
    assert.deepEqual([...Deno.readDirSync(folder)], []);
    await Deno.remove(folder);
  });
}

Deno.test("requireRoot() takes a folder and refuses a file", async () => {
  const folder = await Deno.makeTempDir({ prefix: "alga-root-" });
  assert.equal(await requireRoot(folder), folder);
  await Deno.writeTextFile(`${folder}/file`, "");
  await assert.rejects(requireRoot(`${folder}/file`), /is not a folder$/);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("parseKubeconfig() takes a file that is there, or none", async () => {
  const folder = await Deno.makeTempDir({ prefix: "alga-kubeconfig-" });
  assert.equal(await parseKubeconfig(undefined), undefined);
  await assert.rejects(parseKubeconfig(`${folder}/no`), /^UsageError: --kubeconfig "[^"]+" does not exist$/);
  await assert.rejects(parseKubeconfig(folder), /is not a file$/);
  await Deno.writeTextFile(`${folder}/yes`, "");
  assert.equal(await parseKubeconfig(`${folder}/yes`), `${folder}/yes`);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("parseDownloadUrl() takes web addresses and repeats no password of a wrong one", () => {
  for (const good of ["https://files.example.com/k3s", "http://192.0.2.7:8080", undefined]) {
    assert.equal(parseDownloadUrl(good), good);
  }
  for (
    const bad of [
      "notaurl",
      "",
      "ftp://a/b",
      "file:///etc",
      "https://u:hidden@a/",
      "https://a/?b",
      "https://a/#b",
    ]
  ) {
    assert.throws(() => parseDownloadUrl(bad), (error: Error) => {
      assert.match(error.message, /^--download-url must be a web address like https/);
      return !error.message.includes("hidden");
    });
  }
});

Deno.test("preflight takes no --kubeconfig: nothing of it looks at Kubernetes", async () => {
  assert.match((await cli(["preflight", "--kubeconfig", "/x"])).err, /^Unknown option "--kubeconfig"/);
  assert.ok(!(await cli(["help", "preflight"])).out.includes("kubeconfig"));
  assert.match((await cli(["help", "serve"])).out, /\n {2}--kubeconfig FILE /);
});

for (
  const [argv, words] of [
    [["setup"], "Say --from-file FILE, --retry or --record ANSWER\n"],
    [["setup", "--retry", "--from-file", "x"], "Say either --from-file FILE or --retry\n"],
    [["setup", "--record", "x"], '--record must be show, keep or open, not "x"\n'],
    [
      ["setup", "--record", "keep", "--from-file", "x"],
      "--record only answers its own question: leave out --from-file\n",
    ],
    [["setup", "--record=show", "--retry"], "--record only answers its own question: leave out --retry\n"],
    [
      ["setup", "--from-file", "x", "--acknowledge", "hw.memry"],
      '--acknowledge: there is no check "hw.memry". The checks are ',
    ],
    [
      ["settings", "set", "--channel", "stable", "--acknowledge", "upd.held"],
      '--acknowledge: there is no check "upd.held". The checks are ',
    ],
    [
      ["update", "apply", "--acknowledge", "hw.memory"],
      '--acknowledge: there is no check "hw.memory". The checks are ',
    ],
    [["status", "-o", "xml"], '-o must be table or json, not "xml"\n'],
    [["version", "-o"], 'The option "-o, --output" needs a value\n'],
    [["serve", "--listen"], 'The option "--listen" needs a value\n'],
    [["serve", "--hsts-days", "731"], '--hsts-days must be a number from 0 to 730, not "731"\n'],
    [["serve", "--hsts-days", "1y"], '--hsts-days must be a number from 0 to 730, not "1y"\n'],
  ] as const
) {
  Deno.test(`"${argv.join(" ")}" is refused with what there is to say`, async () => {
    const { code, err } = await cli(argv);
    assert.equal(code, 2);
    assert.ok(err.startsWith(words), err);
  });
}

Deno.test("help tells of itself", async () => {
  const overview = await cli(["help"]);
  for (const word of ["help", "--help", "-h"]) assert.deepEqual(await cli(["help", word]), overview, word);
});

Deno.test("an error and what to do are broken between words", async () => {
  const root = await Deno.makeTempDir({ prefix: "alga-cli-" });
  const { code, err } = await cli(["status", "--root", root], { columns: 50 });
  assert.equal(code, 1);
  assert.match(err, /\nWhat to do: Start it with [^\n]+\n {12}\S/);
  for (const line of err.split("\n")) assert.ok(line.length <= 50 || !line.trim().includes(" "), line);
  await Deno.remove(root);
});

Deno.test("parsePublicNames() takes host names as people write them, and refuses addresses", () => {
  assert.deepEqual(parsePublicNames(undefined), []);
  assert.deepEqual(parsePublicNames(["Alga.Example.com.", "psa"]), ["alga.example.com", "psa"]);
  for (const wrong of ["https://alga.example.com", "alga.example.com:8080", "a b", "", "[::1]", "a..b"]) {
    assert.throws(() => parsePublicNames([wrong]), /must be a host name like alga\.example\.com/);
  }
});

Deno.test("parseMirrors() takes paths, and says what is wrong without repeating a password", () => {
  assert.deepEqual(
    parseMirrors(["ghcr.io=https://host.example/artifactory/api/docker/ghcr/", "docker.io=http://a:5000"]),
    {
      "ghcr.io": "https://host.example/artifactory/api/docker/ghcr",
      "docker.io": "http://a:5000",
    },
  );
  for (
    const wrong of [
      "ghcr.io=https://user:Geheim@host.example",
      "Geheim x=https://a.example",
      "ghcr.io=Geheim",
    ]
  ) {
    assert.throws(() => parseMirrors([wrong]), (error: Error) => {
      assert.match(error.message, /--registry-mirror/);
      assert.doesNotMatch(error.message, /Geheim/);
      return true;
    });
  }
});

Deno.test("pageLines() tells where a page stands and the way to another one; nothing of a single page", () => {
  assert.deepEqual(pageLines({ page: 1, pages: 1 }, "3 events"), []);
  assert.deepEqual(pageLines({ page: 1, pages: 3 }, "95 events"), [
    "Page 1 of 3 (95 events); --page 2 has more",
  ]);
  assert.deepEqual(pageLines({ page: 3, pages: 3 }, "95 in all"), [
    "Page 3 of 3 (95 in all); --page 1 has more",
  ]);
});
