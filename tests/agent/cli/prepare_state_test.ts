import assert from "node:assert/strict";
import { damageText, prepareFiles, prepareFolders } from "../../../agent/cli/prepare_state.ts";
import { PATHS, SECRET_FILES, STATE_PATHS } from "../../../agent/state/paths.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

const TOKEN = "7Q4MX-00000-11111-22222-33333-ABCDE\n";

Deno.test("prepareFolders() makes what is absent, fixes what is open, and says only the second", async () => {
  const host = new FakeHost();
  assert.deepEqual(await prepareFolders(host, new FakeClock()), []);
  await host.setMode(PATHS.stateDir, 0o755);
  assert.deepEqual(await prepareFolders(host, new FakeClock()), [
    '"/var/lib/alga-appliance" had the mode 0755; it is private again',
  ]);
  assert.equal((await host.info(PATHS.stateDir))?.mode, 0o750);
});

Deno.test("prepareFiles() says nothing about whole files and leaves them alone", async () => {
  const files = {
    [PATHS.setupToken]: TOKEN,
    [PATHS.siteId]: "site-0123456789abcdef\n",
    [PATHS.sessions]: '{"schemaVersion":1,"sessions":[]}',
  };
  const host = new FakeHost(files);
  for (const path of Object.keys(files)) await host.setMode(path, 0o600);
  assert.deepEqual(await prepareFiles(host, new FakeClock()), { found: [], damaged: [] });
  for (const [path, text] of Object.entries(files)) assert.equal(await host.readText(path), text);
});

for (
  const [path, text] of [
    [PATHS.setupToken, "7Q4MX-00000"],
    [PATHS.siteId, "\x1b[2J\n"],
    [PATHS.installState, '{"schemaVersion":1,"sessions":[]}'],
    [PATHS.generatedSecrets, '{"schemaVersion":1,"algaAuthKey":""}'],
    [PATHS.setupInputs, "{"],
    [PATHS.setupInputs, '{"schemaVersion":1,"inputs":{"appUrl":"https://a.example"}}'],
    [PATHS.releaseSelection, '{"schemaVersion":1,"resolved":{"reference":"stable"}}'],
    [PATHS.sessions, '{"schemaVersion":1,"sessions":[{"idHash":7}]}'],
    [PATHS.releaseSelection, ""],
    [PATHS.sessions, "[]"],
    [PATHS.statusMemory, '{"tiers":[]'],
  ] as const
) {
  Deno.test(`prepareFiles() moves a damaged ${path.slice(path.lastIndexOf("/") + 1)} of ${text.length} characters aside and repeats nothing of it`, async () => {
    const host = new FakeHost({ [path]: text });
    await host.setMode(path, 0o600);
    const { found, damaged } = await prepareFiles(host, new FakeClock());
    assert.equal(found.length, 1);
    assert.deepEqual(damaged, [path]);
    const isSecret = SECRET_FILES.includes(path);
    assert.match(
      found[0] ?? "",
      new RegExp(`^"${path}" is damaged.*${isSecret ? "removed" : "moved"}.*${PATHS.damagedDir}$`),
    );
    assert.ok(text.length < 5 || !found[0]?.includes(text));
    assert.equal(await host.readText(path), undefined);
    const aside = await host.list(PATHS.damagedDir);
    assert.equal(aside?.length, 1);
    const kept = await host.readText(`${PATHS.damagedDir}/${aside?.[0]}`);
    if (isSecret) assert.equal(JSON.parse(kept ?? "").sizeBytes, new TextEncoder().encode(text).length);
    else assert.equal(kept, text);
  });
}

for (
  const [kind, put] of [
    ["a folder", (host, path) => host.put(`${path}/inside`, "kept")],
    ["a link", (host, path) => host.links.set(path, "/elsewhere")],
    ["a pipe, socket or device", (host, path) => host.others.add(path)],
  ] as readonly [string, (host: FakeHost, path: string) => unknown][]
) {
  Deno.test(`prepareFiles() moves ${kind} at each state path aside as it is, and tells its path`, async () => {
    for (const path of STATE_PATHS) {
      const host = new FakeHost();
      put(host, path);
      const before = (await host.info(path))?.kind;
      const { found, damaged } = await prepareFiles(host, new FakeClock());
      const folder = `${path.slice(0, path.lastIndexOf("/"))}/damaged`;
      assert.deepEqual(found, [`"${path}" was ${kind}, not a file. It was moved to ${folder}`]);
      assert.deepEqual(damaged, [path]);
      assert.equal(await host.info(path), undefined);
      const [aside = "none"] = await host.list(folder) ?? [];
      assert.equal((await host.info(`${folder}/${aside}`))?.kind, before);
    }
  });
}

Deno.test("every state file below the agent's own folders is one of those that must be files", () => {
  const folders: readonly string[] = [PATHS.stateDir, PATHS.configDir, PATHS.logDir];
  const others: readonly string[] = [
    PATHS.damagedDir,
    PATHS.k3sInstaller,
    PATHS.bundleDir,
    PATHS.agentNext,
    PATHS.keyFolder,
    PATHS.siteCertificate,
    PATHS.siteCertificateKey,
  ];
  const own = Object.values(PATHS).filter((it) =>
    folders.some((folder) => it.startsWith(`${folder}/`)) && !others.includes(it)
  );
  assert.deepEqual(STATE_PATHS.toSorted(), own.toSorted());
});

Deno.test("what stands where damaged things are kept is itself moved away", async () => {
  const host = new FakeHost({ [PATHS.damagedDir]: "a file" });
  host.others.add(PATHS.sessions);
  const { damaged } = await prepareFiles(host, new FakeClock());
  assert.deepEqual(damaged, [PATHS.sessions]);
  assert.equal((await host.list(PATHS.damagedDir))?.length, 1);
});

Deno.test("prepareFolders() makes room for the agent's lock", async () => {
  const host = new FakeHost();
  host.put(`${PATHS.agentLock}/inside`, "");
  const told = await prepareFolders(host, new FakeClock());
  assert.match(told.at(-1) ?? "", /agent\.lock" was a folder, not a file/);
  assert.equal(await host.info(PATHS.agentLock), undefined);
});

Deno.test("prepareFiles() calls an open file fixed, not damaged", async () => {
  const host = new FakeHost({ [PATHS.setupToken]: TOKEN });
  const { found, damaged } = await prepareFiles(host, new FakeClock());
  assert.deepEqual([found.length, damaged], [1, []]);
});

Deno.test("damageText() names the first of many files, each once, and how many more there are", () => {
  const many = Array.from({ length: 11 }, (_, i) => `/var/lib/alga-appliance/file-${i}`);
  assert.match(
    damageText([...many, "/etc/alga-appliance/file-0"], undefined) ?? "",
    /^Damaged: file-0, file-1, [^;]*, file-7 and 3 more; what is left of it is in /,
  );
});

Deno.test("damageText() names the journal first, then every file, and nothing when all is whole", () => {
  assert.equal(damageText([], undefined), undefined);
  assert.equal(damageText([], "Line 4 of the journal is damaged"), "Line 4 of the journal is damaged");
  assert.equal(
    damageText([PATHS.sessions, PATHS.setupInputs], "Line 4 of the journal is damaged"),
    `Line 4 of the journal is damaged. Damaged: sessions.json, setup-inputs.json; what is left of it is in ${PATHS.damagedDir}`,
  );
});
