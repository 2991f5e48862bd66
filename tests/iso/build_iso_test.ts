import assert from "node:assert/strict";
import { PATHS } from "../../agent/state/paths.ts";
import { buildIso, type IsoInput } from "../../iso/build_iso.ts";
import { freeBytes } from "../../iso/free_space.ts";
import { extractImage, listImageFiles, readImageFiles } from "../../iso/image_files.ts";
import { programBuild } from "../../iso/program_build.ts";
import { parseMd5Sums } from "../../iso/record/md5sums.ts";
import { verifyImage } from "../../iso/verify_image.ts";
import { DEFAULT_K3S_PIN, readK3sPin } from "../../k8s/k3s/pin.ts";
import { airgapArchives } from "../../k8s/k3s/sources.ts";
import { checkChecksums, sha256OfFile } from "../../tools/release_agent/checksums.ts";
import { isSignedBy } from "../../tools/release_agent/signature.ts";
import { FakeHost } from "../fakes/fake_host.ts";
import { mortalCommand } from "../mortal_command.ts";
import { testUnless } from "../test_unless.ts";
import { run } from "../vm/run.ts";
import { makeUpProgram } from "./made_up_program.ts";
import { BASE_INFO, BASE_MENU, makeStandInBase, missingForImages } from "./stand_in_base.ts";

const missing = await missingForImages();
const repo = new URL("../..", import.meta.url).pathname;
const dir = await Deno.makeTempDir({ prefix: "alga-build-iso-" });
globalThis.addEventListener("unload", () => Deno.removeSync(dir, { recursive: true }));

/** A test that needs images. */
function imageTest(name: string, fn: () => Promise<void>): void {
  testUnless(missing, name, fn);
}

const CASPER = {
  vmlinuz: { text: "kernel" },
  initrd: { text: "initrd" },
  "a file with ' in it": { text: "x" },
};
let base: Promise<string> | undefined;

async function standInBase(): Promise<string> {
  const make = async () => {
    await makeStandInBase(`${dir}/base.iso`, { casper: CASPER });
    await makeUpProgram(`${dir}/alga-agent`);
    return `${dir}/base.iso`;
  };
  return await (base ??= make());
}

let number = 0;
async function build(options: Partial<IsoInput> = {}): Promise<string> {
  const from = options.base ?? await standInBase();
  const folder = `${dir}/${number++}`;
  await Deno.mkdir(folder);
  const output = `${folder}/alga.iso`;
  await buildIso({
    repo,
    base: from,
    proof: { kind: "sum", sha256: await sha256OfFile(from) },
    output,
    program: `${dir}/alga-agent`,
    account: { kind: "none" },
    diskChoice: { minDiskGib: 60 },
    images: [],
    say: () => {},
    ...options,
  });
  return output;
}

const text = async (image: string, path: string) =>
  new TextDecoder().decode((await readImageFiles(image, [path])).get(path));

imageTest(
  "the image has our files, the base's others, and a list of sums that fits all of them",
  async () => {
    const image = await build();
    const [before, after] = await Promise.all([listImageFiles(await standInBase()), listImageFiles(image)]);
    const added = after.filter((it) => !before.includes(it)).sort();
    assert.deepEqual(added, [
      "/alga/SHA256SUMS",
      "/alga/alga-agent.deb",
      "/alga/build-info.json",
      "/alga/failed.sh",
      "/alga/firewall-rules",
      "/alga/install.sh",
      "/alga/prepare.sh",
      "/autoinstall.yaml",
    ]);
    assert.deepEqual(before.filter((it) => !after.includes(it)), []);
    const tree = `${dir}/tree`;
    await Deno.mkdir(tree);
    await extractImage(image, tree);
    await run("sh", ["-c", 'cd "$1" && md5sum --check --strict --quiet md5sum.txt', "sh", tree]);
    await run("sh", ["-c", 'cd "$1/alga" && sha256sum --check --strict --quiet SHA256SUMS', "sh", tree]);
    const listed = parseMd5Sums(await Deno.readTextFile(`${tree}/md5sum.txt`));
    for (const it of [...added, "/boot/grub/grub.cfg", "/boot/grub/loopback.cfg", "/.disk/info"]) {
      assert.ok(listed.has(it), it);
    }
    const info = await Deno.readTextFile(`${tree}/.disk/info`);
    assert.ok(info.startsWith(BASE_INFO) && info.includes("Alga appliance 0.1.0"), info);
    assert.match(
      await Deno.readTextFile(`${tree}/boot/grub/loopback.cfg`),
      /autoinstall .*iso-scan\/filename/,
    );
  },
);

imageTest(
  "the archives of container images are named by the pin, without which the machine takes none",
  async () => {
    const folder = await Deno.makeTempDir({ dir });
    await Deno.writeTextFile(`${folder}/manifest.json`, "[]");
    await run("tar", ["-C", folder, "-cf", `${folder}/core.tar`, "manifest.json"]);
    await run("tar", ["-C", folder, "-czf", `${folder}/more.tar.gz`, "manifest.json"]);
    const images = [`${folder}/core.tar`, `${folder}/more.tar.gz`];
    const image = await build({ images });
    const host = new FakeHost({ [PATHS.k3sPin]: await text(image, "/alga/opt/k3s-pin.json") });
    const pin = await readK3sPin(host);
    assert.deepEqual(pin, {
      ...DEFAULT_K3S_PIN,
      airgapImages: {
        "core.tar": await sha256OfFile(images[0] ?? ""),
        "more.tar.gz": await sha256OfFile(images[1] ?? ""),
      },
    });
    const files = await listImageFiles(image);
    for (const { payload } of airgapArchives(pin)) {
      assert.ok(files.includes(payload.replace("/opt/alga-appliance/", "/alga/opt/")), payload);
    }
    assert.match(await text(image, "/alga/SHA256SUMS"), /^[0-9a-f]{64} {2}opt\/k3s-pin\.json$/m);
  },
);

imageTest("the boot structures are the base's: MBR, GPT, El Torito, EFI partition", async () => {
  const image = await build();
  const report = async (path: string) =>
    (await run("xorriso", ["-indev", path, "-report_el_torito", "as_mkisofs"]))
      .replaceAll(/\d+d-\d+d|start_\d+s|'[^']*\.iso'|^-V.*$|^--modification-date.*$/gm, "·");
  const found = await report(image);
  assert.equal(found, await report(await standInBase()));
  assert.match(found, /-append_partition 2 /);
  const [efi, original] = await Promise.all([image, await standInBase()].map(efiPartition));
  assert.deepEqual(efi, original);
});

/** The bytes of the EFI partition, found by the image's own GPT. */
async function efiPartition(image: string): Promise<Uint8Array> {
  const table = JSON.parse(await run("sfdisk", ["--json", image])).partitiontable;
  const { start, size } = table.partitions.find((it: { type: string }) => it.type.startsWith("C12A7328"));
  using file = await Deno.open(image);
  await file.seek(start * 512, Deno.SeekMode.Start);
  const bytes = new Uint8Array(size * 512);
  for (let done = 0; done < bytes.length;) done += await file.read(bytes.subarray(done)) ?? bytes.length;
  return bytes;
}

imageTest("the same inputs give the same bytes, whatever the hour and the umask", async () => {
  const first = await build();
  await Deno.utime(`${dir}/alga-agent`, new Date(), new Date(0));
  const again = `${dir}/by-command/alga.iso`;
  await Deno.mkdir(`${dir}/by-command`);
  const base = await standInBase();
  const task = [Deno.execPath(), "run", "-A", "--quiet", `${repo}iso/main.ts`, "--no-account"];
  const options = ["--base", base, "--sha256", await sha256OfFile(base), "--program", `${dir}/alga-agent`];
  await run("sh", ["-c", 'umask 077 && exec "$@"', "sh", ...task, ...options, "--output", again]);
  assert.equal(await sha256OfFile(first), await sha256OfFile(again));
});

imageTest("the image that an interrupted run has finished is taken up", async () => {
  const whole = await build();
  const output = `${dir}/interrupted/alga.iso`;
  const says = async (stopsAt?: string) => {
    const said: string[] = [];
    const say = (line: string) => {
      said.push(line);
      if (line === stopsAt) throw new Error("switched off");
    };
    await build({ output, say }).catch((error) => assert.match(error.message, /switched off/));
    return said;
  };
  assert.ok((await says("Writing manifest and checksums")).includes(`Writing ${output}`));
  // Half a stage and half an image, as a run leaves them whose machine was switched off.
  const [parts = ""] = [...Deno.readDirSync(`${dir}/interrupted`)].map((it) => it.name);
  await Deno.mkdir(`${dir}/interrupted/${parts}/stage/alga`, { recursive: true });
  await Deno.writeTextFile(`${dir}/interrupted/${parts}/stage/alga/half`, "of a file");
  assert.ok(!(await says()).includes(`Writing ${output}`));
  assert.equal(await sha256OfFile(output), await sha256OfFile(whole));
  const left = [...Deno.readDirSync(`${dir}/interrupted`)].map((it) => it.name).sort();
  assert.deepEqual(left, [
    "SHA256SUMS",
    ...["", ".cdx.json", ".manifest.json", ".sha256"].map((it) => `alga.iso${it}`),
  ]);
});

imageTest("an image of other files than the interrupted run's is written again", async () => {
  const folder = await Deno.makeTempDir({ dir });
  const program = `${folder}/agent`;
  await makeUpProgram(program);
  const output = `${folder}/out/alga.iso`;
  const stop = (line: string) => {
    if (line === "Writing manifest and checksums") throw new Error("switched off");
  };
  await assert.rejects(build({ program, output, say: stop }), /switched off/);
  await Deno.writeTextFile(program, "\n# another\n", { append: true });
  const said: string[] = [];
  await build({ program, output, say: (line) => said.push(line) });
  assert.ok(said.includes(`Writing ${output}`), said.join("\n"));
  assert.deepEqual((await verifyImage(output)).problems, []);
});

imageTest("what lies beside the image fits it, and is signed as cosign does", async () => {
  const key = `${dir}/release.key`;
  await run("openssl", ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key]);
  const publicPem = await run("openssl", ["ec", "-in", key, "-pubout"]);
  const image = await build({ privatePem: await Deno.readTextFile(key) });
  const folder = image.slice(0, image.lastIndexOf("/"));
  const sums = await Deno.readTextFile(`${folder}/SHA256SUMS`);
  assert.deepEqual(await checkChecksums(folder, sums), []);
  const signature = await Deno.readTextFile(`${folder}/SHA256SUMS.sig`);
  assert.ok(isSignedBy(new TextEncoder().encode(sums), signature, publicPem));
  const { problems, trust, manifest } = await verifyImage(image, { publicPem });
  assert.deepEqual({ problems, trust }, { problems: [], trust: "signed" });
  assert.equal(manifest.build.version, "0.1.0");
  const sbom = JSON.parse(await Deno.readTextFile(`${image}.cdx.json`));
  assert.equal(sbom.components[0].hashes[0].content, await sha256OfFile(await standInBase()));
  assert.deepEqual(JSON.parse(await text(image, "/alga/build-info.json")), manifest.build);

  await Deno.writeTextFile(`${folder}/SHA256SUMS.sig`, "no base64!\n");
  assert.match((await verifyImage(image, { publicPem })).problems.join(), /not of this key/);
  await Deno.writeTextFile(`${folder}/SHA256SUMS.sig`, signature);

  const other = await run("openssl", ["ecparam", "-name", "prime256v1", "-genkey", "-noout"]);
  await Deno.writeTextFile(`${dir}/other.key`, other);
  const wrong = await run("openssl", ["ec", "-in", `${dir}/other.key`, "-pubout"]);
  assert.match((await verifyImage(image, { publicPem: wrong })).problems.join(), /not of this key/);
  await Deno.writeTextFile(`${image}.manifest.json`, JSON.stringify({ ...manifest, files: [] }));
  assert.match((await verifyImage(image, { publicPem })).problems.join(), /not the one that was signed/);
});

for (
  const [what, change, expected] of [
    [
      "a damaged payload",
      "printf X | dd of=alga/alga-agent.deb bs=1 seek=100 conv=notrunc",
      "changed: /alga/alga-agent.deb",
    ],
    ["an altered autoinstall file", "echo >> autoinstall.yaml", "changed: /autoinstall.yaml"],
    ["another kernel", "echo evil > casper/vmlinuz", "changed: /casper/vmlinuz"],
    [
      "another kernel with its sum put right",
      "echo evil > casper/vmlinuz && md5sum ./casper/vmlinuz >> md5sum.txt",
      "changed: /md5sum.txt",
    ],
    ["a file that was added", "echo x > casper/extra", "added: /casper/extra"],
    ["a file that was taken out", "rm alga/firewall-rules", "missing: /alga/firewall-rules"],
  ] as const
) {
  imageTest(`verify names ${what}`, async () => {
    const image = await build();
    const tree = await Deno.makeTempDir({ dir });
    await extractImage(image, tree);
    await run("sh", ["-c", `cd "$1" && ${change}`, "sh", tree]);
    const manifest = await Deno.readTextFile(`${image}.manifest.json`);
    await run("xorriso", ["-as", "mkisofs", "-quiet", "-r", "-iso-level", "3", "-o", `${tree}.iso`, tree]);
    await Deno.writeTextFile(`${tree}.iso.manifest.json`, manifest);
    const { problems } = await verifyImage(`${tree}.iso`);
    assert.ok(problems.includes(expected), problems.join("\n"));
    assert.equal(problems.length, 2, problems.join("\n"));
  });
}

imageTest("verify notices one byte in the boot structures, and a cut end", async () => {
  const image = await build();
  using file = await Deno.open(image, { write: true });
  await file.seek(300, Deno.SeekMode.Start);
  await file.write(new Uint8Array([7]));
  const { problems } = await verifyImage(image);
  assert.match(problems.join(), /SHA-256 differs.*boot structures/);
  await Deno.truncate(image, 2_000_000);
  assert.match((await verifyImage(image)).problems.join(), /it has 2000000 bytes, not/);
  await Deno.remove(image);
  await assert.rejects(verifyImage(image), {
    name: "IsoError",
    message: `The image "${image}" cannot be read`,
  });
});

Deno.test("a key that cannot sign is refused before anything is read or made", async () => {
  const said: string[] = [];
  await Deno.writeTextFile(`${dir}/any.iso`, "an image");
  const privatePem = "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n";
  await assert.rejects(
    build({ base: `${dir}/any.iso`, privatePem, say: (line) => said.push(line) }),
    /^AgentReleaseError: The key is encrypted/,
  );
  assert.deepEqual(said, []);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(`${dir}/${number - 1}`)), []);
});

Deno.test("a file that is missing or does not fit the disk is refused by its option before anything is made", async () => {
  const small = `${dir}/small.iso`;
  await Deno.writeTextFile(small, "an image");
  const gone = `${dir}/gone`;
  await assert.rejects(build({ base: small, images: [gone] }), {
    name: "IsoError",
    message: `--images: "${gone}" cannot be read: it is not there`,
  });
  await assert.rejects(
    build({ base: small, images: [dir] }),
    /--images: .* cannot be read: it is not a file/,
  );
  // Without a block of its own: only its length counts. Once it would fit.
  const huge = `${dir}/huge.tar`;
  await Deno.writeTextFile(huge, "");
  await assert.rejects(
    build({ base: small, images: [huge] }),
    /--images: "huge\.tar" is not what its name says/,
  );
  await Deno.truncate(huge, Math.floor(0.7 * await freeBytes(dir)));
  await assert.rejects(build({ base: small, images: [huge] }), /GB free; this needs /);
  await Deno.remove(huge);
});

for (
  const [what, text, mode] of [
    ["no program", "hello", 0o644],
    ["a program that fails", "#!/bin/sh\nexit 3\n", 0o755],
    ["another program", "#!/bin/sh\necho hello\n", 0o755],
    ["a program with another answer", "#!/bin/sh\necho '{}'\n", 0o755],
    ["a program of another machine", "\x7fELF", 0o755],
  ] as const
) {
  Deno.test(`--program that is ${what} is named in words`, async () => {
    const path = await Deno.makeTempFile({ dir });
    await Deno.writeTextFile(path, text);
    await Deno.chmod(path, mode);
    await assert.rejects(programBuild(path), (error: Error) => {
      assert.equal(error.name, "IsoError");
      assert.ok(error.message.startsWith(`--program: "${path}" does not run here, or is no alga-agent`));
      return true;
    });
  });
}

Deno.test("the command ends with 2 for words it does not understand, with 1 for a file that is missing", async () => {
  const enough = ["--base", `${dir}/gone.iso`, "--sha256", "0a".repeat(32), "--output", `${dir}/o/a.iso`];
  for (
    const [args, expected, said] of [
      [[], 2, /^--base is missing\nMore: deno task iso --help\n$/],
      [["verify"], 2, /^Name one image\nMore: /],
      [
        ["verify", dir, "--manifest", `${dir}/any.manifest.json`],
        1,
        /^The image ".*" cannot be read\nName an image that is there\n$/,
      ],
      [["verify", `${repo}README.md`], 1, /^The manifest ".*README\.md\.manifest\.json" cannot be read\n/],
      [[...enough, "--no-account", "--yes"], 2, /--yes[^]*\nMore: /],
      [
        [...enough, "--no-account"],
        1,
        /^--base: ".*gone.iso" cannot be read: it is not there\nName a file that is there\n$/,
      ],
    ] as const
  ) {
    const { code, stderr } = await mortalCommand(
      Deno.execPath(),
      ["run", "-A", "--quiet", `${repo}iso/main.ts`, ...args],
      { stdout: "piped", stderr: "piped" },
    ).output();
    assert.match(new TextDecoder().decode(stderr), said);
    assert.equal(code, expected, args.join(" "));
  }
});

Deno.test("what is not installed is named before anything is read or made, all of it", async () => {
  // A machine with nothing but what starts this.
  const bin = await Deno.makeTempDir({ dir });
  for (const it of ["sh", "env", "deno"]) await Deno.symlink("/bin/true", `${bin}/${it}`);
  const file = `${bin}/file`;
  await Deno.writeTextFile(file, "");
  const words = ["--base", file, "--sha256", "0a".repeat(32), "--output", `${dir}/o/a.iso`];
  const tasks = [
    [
      "iso/main.ts",
      [...words, "--no-account"],
      /"xorriso", "dpkg-deb" are not[^]*apt install dpkg xorriso\n/,
    ],
    ["iso/image/main.ts", ["--from-disk", file, "--output", `${dir}/o`], /"qemu-img"[^]*qemu-utils/],
  ] as const;
  for (const [task, args, said] of tasks) {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", repo + task, ...args],
      env: { PATH: bin },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    });
    const { code, stderr } = await child.output();
    assert.match(new TextDecoder().decode(stderr), said);
    assert.equal(code, 1);
  }
});

Deno.test("a folder that cannot be made or written is named in words before anything is read", async () => {
  await Deno.writeTextFile(`${dir}/a-file`, "");
  for (const folder of [`${dir}/a-file`, `${dir}/a-file/below`, "/proc/alga"]) {
    const said: string[] = [];
    await assert.rejects(
      build({ base: `${dir}/a-file`, output: `${folder}/a.iso`, say: (line) => said.push(line) }),
      (error: Error) => {
        assert.equal(error.name, "IsoError");
        assert.match(error.message, /^--output: ".*" cannot be written: [a-z A-Z]+$/);
        return true;
      },
    );
    assert.deepEqual(said, []);
  }
});

imageTest("a base that is older than allowed is refused with its age", async () => {
  const days = Math.floor((Date.now() - Date.parse("2026-08-01T00:00:00Z")) / 86_400_000);
  await assert.rejects(
    build({ maxAgeDays: days - 1 }),
    new RegExp(`The base "base.iso" is \\d+ days old \\(2026-08-01\\); --max-age-days allows ${days - 1}`),
  );
  assert.deepEqual(await Array.fromAsync(Deno.readDir(`${dir}/${number - 1}`)), []);
  await build({ maxAgeDays: days + 1 });
});

imageTest("a base with another sum is refused before anything is written", async () => {
  const sha256 = "0".repeat(64);
  await assert.rejects(build({ proof: { kind: "sum", sha256 } }), /has the SHA-256 [0-9a-f]{64}, not 0{64}/);
  const made = await Array.fromAsync(Deno.readDir(`${dir}/${number - 1}`));
  assert.deepEqual(made, []);
});

for (
  const [what, change, reason] of [
    [
      "of another release",
      { info: 'Ubuntu-Server 22.04.5 LTS "Jammy Jellyfish" - Release amd64' },
      /calls itself "Ubuntu-Server 22/,
    ],
    ["without a name", { info: "" }, /"other\.iso" is not an installation image of Ubuntu/],
    [
      "for another machine",
      { info: 'Ubuntu-Server 24.04.5 LTS "Noble Numbat" - Release arm64' },
      /calls itself/,
    ],
    [
      "without an entry to patch",
      { menu: BASE_MENU.replaceAll("/casper/", "/live/") },
      /no entry that starts/,
    ],
  ] as const
) {
  imageTest(`a base ${what} is refused`, async () => {
    await standInBase();
    const path = `${dir}/other.iso`;
    await makeStandInBase(path, { casper: CASPER, ...change });
    await assert.rejects(build({ base: path }), reason);
    await Deno.remove(path);
  });
}

imageTest("an image of ours is no base, and nothing is overwritten", async () => {
  const image = await build();
  await assert.rejects(build({ base: image }), /made into an Alga image before/);
  await assert.rejects(build({ output: image }), /is there already/);
});

imageTest("k3s that is not the pinned one is refused", async () => {
  await standInBase();
  const k3sDir = await Deno.makeTempDir({ dir });
  await assert.rejects(build({ k3sDir }), /^IsoError: --k3s: ".*k3s" is not there: this agent takes k3s/);
  await Deno.writeTextFile(`${k3sDir}/k3s`, "another");
  await assert.rejects(build({ k3sDir }), /--k3s: .* is another file/);
});
