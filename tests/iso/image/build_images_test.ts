import { Buffer } from "node:buffer";
import assert from "node:assert/strict";
import { buildImages, type ImageInput } from "../../../iso/image/build_images.ts";
import { freeBytes } from "../../../iso/free_space.ts";
import { Ext4 } from "../../../iso/image/disk/ext4.ts";
import { runProgram } from "../../../iso/run_program.ts";
import { verifyImage } from "../../../iso/verify_image.ts";
import { checkChecksums, sha256OfFile } from "../../../tools/release_agent/checksums.ts";
import { mortalCommand } from "../../mortal_command.ts";
import { testUnless } from "../../test_unless.ts";
import { run } from "../../vm/run.ts";
import { GOES, type MadeUpDisk, makeUpDisk, missingForDisks, SECRET, STAYS } from "./made_up_disk.ts";

const missing = await missingForDisks();
const dir = await Deno.makeTempDir({ prefix: "alga-build-images-" });
globalThis.addEventListener("unload", () => Deno.removeSync(dir, { recursive: true }));

/** A test that needs disks. */
function diskTest(name: string, fn: () => Promise<void>): void {
  testUnless(missing, name, fn);
}

const repo = new URL("../../..", import.meta.url).pathname;
let number = 0;
const NAME = "alga-appliance-ubuntu-0.1.0";

async function build(options: Partial<ImageInput> = {}, disk?: MadeUpDisk): Promise<string> {
  const output = options.output ?? `${dir}/${number++}`;
  await buildImages({
    disk: options.disk ?? await makeUpDisk(`${dir}/${number++}.raw`, disk),
    output,
    formats: ["raw"],
    say: () => {},
    ...options,
  });
  return output;
}

const ext4 = (path: string) => new Ext4(path, 2 * 1024 * 1024, new Date());

/** Whether a text stands anywhere in a file. */
async function contains(path: string, text: string): Promise<boolean> {
  return (await Deno.readFile(path)).length > 0 && Buffer.from(await Deno.readFile(path)).includes(text);
}

diskTest("nothing of the machine is in the image, not even in its free space; the rest is", async () => {
  const source = await makeUpDisk(`${dir}/source.raw`);
  const before = await sha256OfFile(source);
  assert.ok(await contains(source, SECRET), "or the test proves nothing");
  const folder = await build({ disk: source });
  const image = `${folder}/${NAME}.raw`;
  assert.ok(!await contains(image, SECRET));
  assert.equal(await sha256OfFile(source), before, "the disk itself stays as it is");
  const fs = ext4(image);
  for (const [path, text] of Object.entries(STAYS)) assert.equal(await fs.readText(path), text, path);
  for (const path of Object.keys(GOES)) assert.equal(await fs.readText(path), undefined, path);
  assert.equal(await fs.readText("/etc/machine-id"), "");
  assert.equal(await fs.readText("/etc/hostname"), "alga-appliance\n");
  assert.equal(await fs.readText("/etc/hosts"), "127.0.0.1 localhost\n127.0.1.1 alga-appliance\n");
  assert.equal(await fs.readText("/etc/motd"), "Welcome\n");
  assert.equal(await fs.readText("/etc/iscsi/initiatorname.iscsi"), "GenerateName=yes\n");
  const folders = await fs.list([
    "/var/log/apt",
    "/var/lib/apt/lists",
    "/var/log/journal",
    "/var/tmp",
    "/var/log",
  ]);
  assert.deepEqual(folders.get("/var/log/apt"), []);
  assert.deepEqual(folders.get("/var/log/journal"), []);
  assert.deepEqual([...folders.keys()].length, 5);
});

diskTest("new files belong to root and are closed as they must be", async () => {
  const folder = await build();
  const place = `${folder}/${NAME}.raw?offset=${2 * 1024 * 1024}`;
  for (
    const [path, mode] of [
      ["/etc/machine-id", "0444"],
      ["/etc/netplan/01-alga-wired.yaml", "0600"],
      ["/etc/cloud/cloud.cfg.d/99-zz-alga-image.cfg", "0600"],
      ["/etc/cloud/ds-identify.cfg", "0644"],
    ]
  ) {
    const said = await run("debugfs", ["-R", `stat ${path}`, place]);
    assert.match(said, new RegExp(`Type: regular +Mode: +${mode} `), path);
    assert.match(said, /User: +0 +Group: +0 /, path);
  }
});

diskTest("QCOW2, OVA and raw have one disk, their records fit, and the signature is the key's", async () => {
  const key = `${dir}/release.key`;
  await run("openssl", ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key]);
  const publicPem = await run("openssl", ["ec", "-in", key, "-pubout"]);
  const disk = await makeUpDisk(`${dir}/three.raw`);
  const folder = await build({
    disk,
    formats: ["qcow2", "ova", "raw"],
    privatePem: await Deno.readTextFile(key),
  });
  const raw = `${folder}/${NAME}.raw`;
  await run("qemu-img", ["compare", "-f", "qcow2", "-F", "raw", `${folder}/${NAME}.qcow2`, raw]);
  await run("tar", ["-xf", `${folder}/${NAME}.ova`, "-C", dir]);
  await run("qemu-img", ["compare", "-f", "vmdk", "-F", "raw", `${dir}/${NAME}-disk1.vmdk`, raw]);
  await run("qemu-img", ["check", `${folder}/${NAME}.qcow2`]);
  const size = async (path: string) => (await Deno.stat(path)).size;
  assert.ok(
    await size(`${folder}/${NAME}.qcow2`) < 0.1 * await size(raw),
    "compressed, and holes take nothing",
  );
  assert.deepEqual(await checkChecksums(folder, await Deno.readTextFile(`${folder}/SHA256SUMS`)), []);
  for (const format of ["qcow2", "ova", "raw"]) {
    const { problems, trust, manifest } = await verifyImage(`${folder}/${NAME}.${format}`, { publicPem });
    assert.deepEqual({ problems, trust }, { problems: [], trust: "signed" });
    assert.equal(manifest.image.format, format);
    assert.equal(manifest.build.commit, "ab".repeat(20));
  }
  const sbom = JSON.parse(await Deno.readTextFile(`${folder}/${NAME}.qcow2.cdx.json`));
  const purls = sbom.components.map((it: { purl?: string }) => it.purl).filter((it?: string) =>
    it?.startsWith("pkg:deb/ubuntu/")
  );
  assert.deepEqual(purls, [
    "pkg:deb/ubuntu/adduser@3.137ubuntu1?arch=all",
    "pkg:deb/ubuntu/libc6@2.39-0ubuntu8%2Bx?arch=amd64",
  ]);
});

diskTest(
  "the same disk gives the same bytes, of whatever format it is, also after an interruption",
  async () => {
    const disk = await makeUpDisk(`${dir}/same.raw`);
    const formats = ["qcow2", "ova", "raw"] as const;
    const first = await build({ disk, formats });
    const said: string[] = [];
    const second = `${dir}/interrupted`;
    await assert.rejects(
      build({
        disk,
        formats,
        output: second,
        say: (line) => {
          if (line.endsWith(".ova")) throw new Error("switched off");
        },
      }),
      /switched off/,
    );
    await build({ disk, formats, output: second, say: (line) => said.push(line) });
    assert.ok(!said.includes("Copying the disk") && said.includes(`Writing ${NAME}.ova`), said.join("\n"));
    for (const format of formats) {
      const [a, b] = await Promise.all([first, second].map((it) => sha256OfFile(`${it}/${NAME}.${format}`)));
      assert.equal(a, b, format);
    }
    const names = (await Array.fromAsync(Deno.readDir(second))).map((it) => it.name);
    assert.deepEqual(names.filter((it) => it.startsWith(".")), []);
    assert.equal(names.length, 3 * 4 + 1);
    await assert.rejects(build({ disk, formats, output: second }), /is there already/);
  },
);

for (
  const [what, disk, reason] of [
    [
      "whose installation has not ended",
      { without: ["/etc/alga-appliance/booted-from-disk"] },
      /No installation/,
    ],
    ["without a name", { files: { "/etc/alga-appliance/build-info.json": "{}" } }, /does not name an image/],
    ["that has been set up", { files: { "/var/lib/rancher/k3s/server/token": "x" } }, /has been set up/],
    [
      "with a partition of another kind",
      { more: "size=2048,type=S\n" },
      /Partition 3 of the disk is neither/,
    ],
    [
      "with a name that no command can hold",
      { files: { "/tmp/a\nb": "x" } },
      /"\/tmp" of the disk has a name that cannot be read/,
    ],
  ] as const
) {
  diskTest(`a disk ${what} is refused, and nothing is left`, async () => {
    const output = `${dir}/refused-${number}`;
    await assert.rejects(build({ output }, disk), (error: Error) => {
      assert.equal(error.name, "IsoError");
      assert.match(error.message, reason);
      return true;
    });
    assert.deepEqual(await Array.fromAsync(Deno.readDir(output)), []);
  });
}

diskTest("what stands only in the journal of a machine that was switched off is taken up", async () => {
  const disk = await makeUpDisk(`${dir}/switched off, as it was.raw`);
  const place = `${disk}?offset=${2 * 1024 * 1024}`;
  const block = (await run("debugfs", ["-R", "blocks /usr/bin/alga-agent", place])).trim();
  assert.match(block, /^\d+$/);
  await Deno.writeTextFile(`${dir}/block`, "newer\n".padEnd(4096, "\0"));
  await Deno.writeTextFile(`${dir}/commands`, `jo\njw -b ${block} ${dir}/block\njc\n`);
  await run("debugfs", ["-w", "-f", `${dir}/commands`, place]);
  const folders = await Promise.all([build({ disk }), build({ disk })]);
  const [image = "", again = ""] = folders.map((it) => `${it}/${NAME}.raw`);
  assert.equal(await ext4(image).readText("/usr/bin/alga-agent"), "newer\n");
  assert.equal(await sha256OfFile(image), await sha256OfFile(again));
});

diskTest(
  "a disk whose data would fit once, but not twice, is refused before anything is copied",
  async () => {
    const disk = await makeUpDisk(`${dir}/room.raw`);
    const output = `${dir}/no-room`;
    // So many data would take their time: here only what QEMU says of them is made up.
    const stubs = await Deno.makeTempDir({ dir });
    const required = Math.floor(0.7 * await freeBytes(dir));
    const real = (await run("sh", ["-c", "command -v qemu-img"])).trim();
    await Deno.writeTextFile(
      `${stubs}/qemu-img`,
      `#!/bin/sh\n[ "$1" = measure ] && { echo '{"required":${required}}'; exit; }\nexec ${real} "$@"\n`,
    );
    await Deno.chmod(`${stubs}/qemu-img`, 0o755);
    const task = [
      "run",
      "-A",
      "--quiet",
      `${repo}iso/image/main.ts`,
      "--from-disk",
      disk,
      "--output",
      output,
    ];
    const { code, stderr } = await mortalCommand(Deno.execPath(), task, {
      env: { PATH: `${stubs}:${Deno.env.get("PATH")}` },
      stdout: "piped",
      stderr: "piped",
    }).output();
    assert.match(
      new TextDecoder().decode(stderr),
      /^".*no-room" has [\d.]+ [GM]B free; this needs [\d.]+ [GM]B\nMake room there, or name another folder\n$/,
    );
    assert.equal(code, 1);
    assert.deepEqual(await Array.fromAsync(Deno.readDir(output)), []);
  },
);

diskTest("what is no disk, or older than allowed, is refused in words", async () => {
  const text = `${dir}/text`;
  await Deno.writeTextFile(text, "no disk\n".repeat(1000));
  await assert.rejects(build({ disk: text }), /^IsoError: The disk has no table of partitions/);
  await assert.rejects(build({ disk: `${dir}/gone` }), /^IsoError: --from-disk: ".*gone" cannot be read/);
  const days = Math.floor((Date.now() - Date.parse("2026-08-01T00:00:00Z")) / 86_400_000);
  await assert.rejects(
    build({ maxAgeDays: days - 1 }),
    /The base of this disk is \d+ days old \(2026-08-01\); --max-age-days allows/,
  );
  await build({ maxAgeDays: days + 1 });
});

for (const firmware of ["efi", "bios"] as const) {
  diskTest(`the OVA of a disk that starts by ${firmware} says so`, async () => {
    const folder = await build({ formats: ["ova"] }, { firmware });
    const ovf = await run("tar", ["-xOf", `${folder}/${NAME}.ova`, `${NAME}.ovf`]);
    assert.match(ovf, new RegExp(`vmw:key="firmware" vmw:value="${firmware}"`));
    assert.match(ovf, /ovf:capacity="67108864"/);
  });
}

for (
  const [program, name] of [["qemu-img", "qemu-utils"], ["debugfs", "e2fsprogs"], [
    "sfdisk",
    "fdisk",
  ]] as const
) {
  Deno.test(`${program} that is missing is named with its package`, async () => {
    await assert.rejects(runProgram(program, [], { env: { PATH: "/nowhere" } }), {
      message: `The program "${program}" is not installed`,
      hint: `Install it: sudo apt install ${name}`,
    });
  });
}
