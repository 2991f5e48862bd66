import assert from "node:assert/strict";
import { RealHost } from "../../../agent/host/real_host.ts";
import { ensureFolder, putFile } from "../../../agent/install/put_files.ts";

/** A real folder as root, and the machine around it. */
async function withRoot(
  body: (host: RealHost, machine: RealHost, dir: string) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "alga-install-" });
  try {
    await Deno.mkdir(`${dir}/root`);
    await Deno.writeTextFile(`${dir}/program`, "the program");
    await body(new RealHost(`${dir}/root`), new RealHost("/"), dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

const mode = async (path: string) => ((await Deno.stat(path)).mode ?? 0) & 0o7777;

Deno.test("putFile() copies beside and renames: who has the old file open keeps it whole", () =>
  withRoot(async (host, machine, dir) => {
    const wanted = { path: "/usr/local/bin/alga-agent", mode: 0o755, from: { copyOf: `${dir}/program` } };
    const target = `${dir}/root/usr/local/bin/alga-agent`;
    assert.equal(await putFile(host, machine, wanted), true);
    assert.equal(await mode(target), 0o755);
    assert.equal(
      await mode(`${dir}/root/usr/local`),
      0o755,
      "folders on the way can be entered by everybody",
    );
    assert.equal(await putFile(host, machine, wanted), false);

    const held = await Deno.open(target);
    await Deno.writeTextFile(`${dir}/program`, "another program");
    assert.equal(await putFile(host, machine, wanted), true);
    assert.equal(await Deno.readTextFile(target), "another program");
    assert.equal(await new Response(held.readable).text(), "the program");
    assert.deepEqual([...Deno.readDirSync(`${dir}/root/usr/local/bin`)].map((it) => it.name), ["alga-agent"]);
  }));

Deno.test("putFile() copies a file onto itself without harm", () =>
  withRoot(async (host, machine, dir) => {
    await Deno.mkdir(`${dir}/root/bin`);
    await Deno.rename(`${dir}/program`, `${dir}/root/bin/program`);
    const wanted = { path: "/bin/program", mode: 0o755, from: { copyOf: `${dir}/root/bin/program` } };
    assert.equal(await putFile(host, machine, wanted), true, "its mode is another");
    assert.equal(await Deno.readTextFile(`${dir}/root/bin/program`), "the program");
    assert.equal(await mode(`${dir}/root/bin/program`), 0o755);
  }));

Deno.test("putFile() replaces a link by a file and leaves its target alone", () =>
  withRoot(async (host, machine, dir) => {
    await Deno.mkdir(`${dir}/root/bin`);
    await Deno.symlink(`${dir}/program`, `${dir}/root/bin/x`);
    assert.equal(await putFile(host, machine, { path: "/bin/x", mode: 0o644, from: { text: "new" } }), true);
    assert.equal((await Deno.lstat(`${dir}/root/bin/x`)).isFile, true);
    assert.equal(await Deno.readTextFile(`${dir}/program`), "the program");
  }));

Deno.test("ensureFolder() makes a private folder in public ones, and leaves one that is there", () =>
  withRoot(async (host, _machine, dir) => {
    assert.equal(await ensureFolder(host, "/var/lib/alga-appliance", 0o750), true);
    assert.equal(await mode(`${dir}/root/var/lib`), 0o755);
    assert.equal(await mode(`${dir}/root/var/lib/alga-appliance`), 0o750);
    await Deno.chmod(`${dir}/root/var/lib/alga-appliance`, 0o700);
    assert.equal(await ensureFolder(host, "/var/lib/alga-appliance", 0o750), false);
    assert.equal(await mode(`${dir}/root/var/lib/alga-appliance`), 0o700);
  }));
