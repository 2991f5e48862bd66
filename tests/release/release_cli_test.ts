import assert from "node:assert/strict";
import { resolveRelease } from "../../agent/release/mod.ts";
import { readOrigin } from "../../tools/release/git_origin.ts";
import { clientOf, HELM_WORDS, registryTest } from "./registry_case.ts";
import { ORIGIN, pushImages, withFolder, writeSigningKey } from "./tool_folder.ts";

const repo = new URL("../..", import.meta.url).pathname;
Deno.test("release --help tells commands, an example and exit codes", async () => {
  await withFolder(async ({ call, dir }) => {
    for (const args of [["--help"], ["build", "-h"], ["verify", "--help"]]) {
      const { code, stdout } = await call(...args);
      assert.equal(code, 0);
      for (const word of ["release build", "release push", "release verify", "Exit codes: 0", "algaCore:"]) {
        assert.ok(stdout.includes(word), word);
      }
      assert.ok(stdout.split("\n").every((it) => it.length <= 130));
    }
    // The example of the help is a release file that builds.
    const example = /Release file, for example:\n((?: {2}.*\n)+)/.exec((await call("--help")).stdout)?.[1] ??
      "";
    await Deno.writeTextFile(`${dir}/example.yaml`, example.replaceAll(/^ {2}/gm, ""));
    const built = await call("build", "example.yaml", "--out", "out", ...ORIGIN);
    assert.equal(built.code, 0, built.stderr);
    assert.match(
      built.stdout,
      /^sha256:\w{64} {2}ghcr\.io\/nine-minds\/charts\/pgbouncer:1\.0\.0-appliance\.1$/m,
    );
  });
});

const WRONG: [string, string[], RegExp][] = [
  ["nothing", [], /Name what to do: build, push, sign, verify, promote or diff/],
  ["an unknown command", ["publish"], /"publish" is unknown/],
  ["build without a file", ["build"], /Name the release file/],
  ["push with two folders", ["push", "a", "b"], /Unexpected word "b"/],
  ["an unknown option", ["verify", "x", "--fast"], /Unknown option "--fast"/],
  [
    "a mirror without URL",
    ["verify", "x", "--registry-mirror", "ghcr.io"],
    /--registry-mirror ghcr\.io=…: the address is not a web address; enter it like ghcr\.io=https:/,
  ],
  ["an unknown channel", ["push", "x", "--channel", "beta"], /--channel must be stable or nightly/],
];
for (const [what, args, message] of WRONG) {
  Deno.test(`release with ${what} ends with 2 and says what is wrong`, async () => {
    await withFolder(async ({ call }) => {
      const { code, stdout, stderr } = await call(...args);
      assert.deepEqual([code, stdout], [2, ""]);
      assert.match(stderr, message);
      assert.match(stderr, /More: deno task release --help/);
    });
  });
}

const FAILED: [string, string[], RegExp][] = [
  [
    "a release file that is not there",
    ["build", "absent.yaml"],
    /Cannot read "absent\.yaml"\n→ Name the release file/,
  ],
  ["a folder that holds no release", ["push", "topology"], /holds no release\n→ Make the release again/],
  [
    "an auth file that is not there",
    ["push", "x", "--auth-file", "absent.json"],
    /Cannot read .*absent\.json"\n→ Sign in/,
  ],
  ["half an origin", ["build", "release.yaml", "--commit", "abc"], /--commit and --created belong together/],
];
for (const [what, args, message] of FAILED) {
  Deno.test(`release with ${what} ends with 1 and says what to do`, async () => {
    await withFolder(async ({ call }) => {
      const { code, stderr } = await call(...args);
      assert.equal(code, 1);
      assert.match(stderr, message);
    });
  });
}

Deno.test("release build twice makes the same bytes; --json says what they are", async () => {
  await withFolder(async ({ call, build, dir }) => {
    const one = await call(...build, "--out", "one", "--json");
    const two = await call(...build, "--out", "two", "--json");
    assert.equal(one.code, 0, one.stderr);
    const told = JSON.parse(one.stdout);
    assert.equal(told.dir, `${dir}/one`);
    assert.deepEqual(JSON.parse(two.stdout).artifacts, told.artifacts);
    assert.equal(told.manifest.version, "1.5.0");
    const read = (name: string) => Deno.readTextFile(`${dir}/${name}/index.json`);
    assert.equal(await read("one"), await read("two"));
  });
});

registryTest("release build, push, verify; a channel moves only when everything is there", async (server) => {
  await withFolder(async ({ call, build }) => {
    const mirror = ["--registry-mirror", `ghcr.io=${server.url}`];
    assert.equal((await call(...build, "--out", "out")).code, 0);
    const pushed = await call("push", "out", ...mirror);
    assert.equal(pushed.code, 0, pushed.stderr);
    assert.match(
      pushed.stdout,
      /^pushed +sha256:\w{64} {2}ghcr\.io\/nine-minds\/alga-appliance-release:1\.5\.0$/m,
    );

    const red = await call("verify", "1.5.0", ...mirror);
    assert.equal(red.code, 1);
    assert.match(
      red.stdout,
      /^FAILED {2}image ghcr\.io\/nine-minds\/alga-psa-ee:one: .*\n +→ Push the image/m,
    );
    const held = await call("push", "out", ...mirror, "--channel", "stable");
    assert.equal(held.code, 1);
    assert.match(held.stderr, /"stable" was not moved/);
    const client = clientOf(server);
    try {
      await assert.rejects(resolveRelease(client, { channel: "stable" }), { failure: "not-found" });
      await pushImages(server.url);
      const moved = await call("push", "out", ...mirror, "--channel", "stable");
      assert.equal(moved.code, 0, moved.stdout + moved.stderr);
      assert.equal((await resolveRelease(client, { channel: "stable" })).manifest.version, "1.5.0");
    } finally {
      client.close();
    }
    const green = await call("verify", "stable", ...mirror, "--json");
    assert.equal(green.code, 0);
    const { ok, findings } = JSON.parse(green.stdout);
    assert.equal(ok, true);
    assert.ok(findings.length > 15 && findings.every((it: { ok: boolean }) => it.ok));
  });
});

registryTest("release push takes the password from Docker's file and shows it nowhere", async (server) => {
  await withFolder(async ({ call, build, dir }) => {
    const mirror = ["--registry-mirror", `ghcr.io=${server.url}`];
    assert.equal((await call(...build, "--out", "out")).code, 0);
    const refused = await call("push", "out", ...mirror);
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /answered 401 for nine-minds\/charts\/\w+.*\n→ Pushing: sign in with "docker login"/,
    );
    await Deno.mkdir(`${dir}/.docker`);
    const auths = { "ghcr.io": { auth: btoa("ada:release-test") } };
    await Deno.writeTextFile(`${dir}/.docker/config.json`, JSON.stringify({ auths }));
    const pushed = await call("push", "out", ...mirror);
    assert.equal(pushed.code, 0, pushed.stderr);
    assert.doesNotMatch(pushed.stdout + pushed.stderr, /release-test|YWRh/);
  });
}, { htpasswd: "ada:$2b$05$abcdefghijklmnopqrstuukHsVUAZErHH7knyFACjatrgU8hmUVHy\n" });

Deno.test("readOrigin() names commit and date of a clean checkout and refuses a changed one", async () => {
  const dir = await Deno.makeTempDir({ prefix: "alga-origin-" });
  const git = async (...args: string[]) => {
    const { success, stdout } = await new Deno.Command("git", {
      args: ["-c", "user.name=T", "-c", "user.email=t@t.test", "-c", "commit.gpgsign=false", ...args],
      cwd: dir,
      env: { GIT_COMMITTER_DATE: "2026-11-21T10:00:00+01:00", GIT_CONFIG_GLOBAL: "/dev/null" },
      stderr: "null",
    }).output();
    assert.ok(success, args.join(" "));
    return new TextDecoder().decode(stdout).trim();
  };
  try {
    await assert.rejects(readOrigin([dir], {}), /is not a git checkout/);
    await git("init", "-q");
    await Deno.mkdir(`${dir}/flux`);
    await Deno.writeTextFile(`${dir}/flux/a.yaml`, "a: 1\n");
    await git("add", ".");
    await git("commit", "-q", "-m", "one");
    const head = await git("rev-parse", "HEAD");
    const origin = { commit: head, createdAt: "2026-11-21T09:00:00.000Z" };
    assert.deepEqual(await readOrigin([`${dir}/flux`], {}), origin);
    await Deno.writeTextFile(`${dir}/other.txt`, "outside of what is released\n");
    assert.deepEqual(await readOrigin([`${dir}/flux`], {}), origin);
    await Deno.writeTextFile(`${dir}/flux/a.yaml`, "a: 2\n");
    await assert.rejects(readOrigin([`${dir}/flux`], {}), /not committed:\n M flux\/a\.yaml/);
    await Deno.writeTextFile(`${dir}/flux/a.yaml`, "a: 1\n");
    await Deno.writeTextFile(`${dir}/flux/new.yaml`, "b: 1\n");
    await assert.rejects(readOrigin([`${dir}/flux`], {}), /\?\? flux\/new\.yaml/);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

registryTest("the commands of docs/release.md work in their order", async (server) => {
  await withFolder(async ({ call, build, dir }) => {
    const text = await Deno.readTextFile(`${repo}docs/release.md`);
    const example = /```yaml\n([^]*?)```/.exec(text)?.[1] ?? "";
    const tags = /algaCore: (\w+)\s+workflowWorker: (\w+)\s+emailService: (\w+)\s+temporalWorker: (\w+)/.exec(
      example,
    );
    // The stand-in charts come along here, so their versions are their own.
    await Deno.writeTextFile(`${dir}/release.yaml`, example.replace(/charts:[^]*$/, ""));
    assert.ok(tags);
    await pushImages(server.url, tags.slice(1));
    const commands = [...text.matchAll(/^deno task release (.+)$/gm)].map((it) => (it[1] ?? "").split(" "));
    assert.deepEqual(commands.map((it) => it[0]), [
      "build",
      "push",
      "push",
      "verify",
      "sign",
      "verify",
      "diff",
      "promote",
      "push",
      "verify",
    ]);
    await writeSigningKey(dir);
    for (const command of commands) {
      const args = command[0] === "build"
        ? [...command, ...build.slice(2)]
        : command.includes("--registry-mirror")
        ? command.map((it) => it.replace("http://127.0.0.1:5000", server.url))
        : [
          ...command,
          ...(command[0] === "promote" ? HELM_WORDS : []),
          "--registry-mirror",
          `ghcr.io=${server.url}`,
        ];
      const { code, stdout, stderr } = await call(...args);
      assert.equal(code, 0, `${command.join(" ")}: ${stdout}${stderr}`);
    }
  });
});
