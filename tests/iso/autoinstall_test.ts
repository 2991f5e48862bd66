import assert from "node:assert/strict";
import { parse } from "yaml";
import { type Account, parsePasswordHash, parseSshKeys } from "../../iso/autoinstall/account.ts";
import { autoinstallFile, NO_DISK, renderAutoinstall } from "../../iso/autoinstall/autoinstall.ts";
import { AutoinstallFile } from "../../iso/autoinstall/schema.ts";
import { findProgram } from "../cluster/find_program.ts";
import { run } from "../vm/run.ts";

const KEY = `ssh-ed25519 ${"A".repeat(68)} maria@example.com`;
const HASH = `$6$saltsalt$${"a".repeat(86)}`;

const ACCOUNTS: Readonly<Record<string, Account>> = {
  "no account": { kind: "none" },
  "a key": { kind: "user", sshKeys: [KEY] },
  "a password": { kind: "user", sshKeys: [], passwordHash: HASH },
  "a key and a password": { kind: "user", sshKeys: [KEY], passwordHash: HASH },
};

for (const [name, account] of Object.entries(ACCOUNTS)) {
  Deno.test(`the file of an image with ${name} has documented keys only, as YAML too`, () => {
    const text = renderAutoinstall(autoinstallFile(account));
    assert.deepEqual(AutoinstallFile.parse(parse(text)), autoinstallFile(account));
  });
}

Deno.test("nothing is asked, nothing is fetched, and no disk is named before one is chosen", () => {
  const { autoinstall } = autoinstallFile({ kind: "none" });
  assert.equal(autoinstall["interactive-sections"], undefined);
  assert.equal(autoinstall.packages, undefined);
  assert.equal(autoinstall.snaps, undefined);
  assert.deepEqual(autoinstall.apt, {
    geoip: false,
    fallback: "offline-install",
    preserve_sources_list: false,
  });
  assert.equal(autoinstall.storage?.layout?.match?.path, NO_DISK);
  assert.deepEqual(autoinstall.storage?.swap, { size: 0 });
  assert.equal(autoinstall.timezone, "Etc/UTC");
});

const WRONG: readonly [what: string, change: (it: Record<string, unknown>) => void][] = [
  ["a misspelt section", (it) => it["late-comands"] = []],
  ["a section of a newer installer", (it) => it["kernel-crash-dumps"] = { enabled: true }],
  ["another version", (it) => it.version = 2],
  ["a misspelt key of the disk", (it) => it.storage = { layout: { name: "direct", matches: {} } }],
  ["layout and partitions at once", (it) => it.storage = { layout: { name: "direct" }, config: [] }],
  ["a section of identity that 24.04 refuses", (it) => {
    it.identity = { username: "a", hostname: "b", password: "c", groups: ["sudo"] };
  }],
  ["an unknown key of a link", (it) => it.network = { version: 2, ethernets: { a: { dhcp: true } } }],
  ["a command that is no text", (it) => it["late-commands"] = [7]],
  ["nobody and no user-data", (it) => delete it["user-data"]],
];
for (const [what, change] of WRONG) {
  Deno.test(`the schema refuses ${what}`, () => {
    const file = structuredClone(autoinstallFile({ kind: "none" }));
    change(file.autoinstall);
    assert.equal(AutoinstallFile.safeParse(file).success, false);
  });
}

Deno.test("the schema refuses a key beside autoinstall", () => {
  assert.equal(AutoinstallFile.safeParse({ ...autoinstallFile({ kind: "none" }), users: [] }).success, false);
});

for (
  const [name, server, byPassword] of [
    ["no account", false, false],
    ["a key", true, false],
    ["a password", true, true],
    ["a key and a password", true, false],
  ] as const
) {
  Deno.test(`SSH fits ${name}`, () => {
    const { autoinstall } = autoinstallFile(ACCOUNTS[name] ?? { kind: "none" });
    assert.deepEqual(autoinstall.ssh, { "install-server": server, "allow-pw": byPassword });
    assert.equal(autoinstall["user-data"]?.ssh_pwauth, byPassword);
    const [user] = autoinstall["user-data"]?.users as Record<string, unknown>[];
    assert.equal(user?.shell, server ? "/bin/bash" : "/usr/sbin/nologin");
    assert.equal(user?.lock_passwd, !name.includes("password"));
    assert.equal("ssh_authorized_keys" in (user ?? {}), name.includes("key"));
    assert.equal("sudo" in (user ?? {}), name === "a key", "without a password sudo has none to ask for");
  });
}

const hasCloudInit = await findProgram("cloud-init") !== undefined;
for (const [name, account] of Object.entries(ACCOUNTS)) {
  Deno.test({
    name: `cloud-init's own schema takes what it gets for ${name}${
      hasCloudInit ? "" : " (skipped: no cloud-init)"
    }`,
    ignore: !hasCloudInit,
    async fn() {
      const userData = autoinstallFile(account).autoinstall["user-data"] ?? {};
      await checkCloudConfig(userData);
      await assert.rejects(checkCloudConfig({ ...userData, ssh_pwauth: { is: "wrong" } }), /ssh_pwauth/);
    },
  });
}

async function checkCloudConfig(config: Record<string, unknown>): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    await Deno.writeTextFile(path, `#cloud-config\n${JSON.stringify(config)}\n`);
    await run("cloud-init", ["schema", "--config-file", path]);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("parseSshKeys takes public keys and neither private ones nor nothing, and repeats no line", () => {
  assert.deepEqual(parseSshKeys(`# mine\n${KEY}\n\n`), [KEY]);
  assert.throws(() => parseSshKeys("\n"), /empty/);
  const secret = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU";
  assert.throws(() => parseSshKeys(`-----BEGIN OPENSSH PRIVATE KEY-----\n${secret}`), (error: Error) => {
    return /no public key/.test(error.message) && !error.message.includes(secret);
  });
});

for (
  const [text, isHash] of [
    [HASH, true],
    [`${HASH}\n`, true],
    [`$6$rounds=5000$saltsalt$${"a".repeat(86)}`, true],
    [`$y$j9T$${"a".repeat(22)}$${"b".repeat(43)}`, true],
    [`$2b$12$${"a".repeat(53)}`, true],
    ["Correct-Horse7!", false],
    ["$1$salt$aaaaaaaaaaaaaaaaaaaaaa", false],
    ["", false],
  ] as const
) {
  Deno.test(`${JSON.stringify(text.slice(0, 24))} is ${isHash ? "a" : "no"} password hash`, () => {
    if (isHash) assert.equal(parsePasswordHash(text), text.trim());
    else assert.throws(() => parsePasswordHash(text), /no hash/);
  });
}
