import { createHash } from "node:crypto";
import { basename, dirname } from "node:path";
import { filesBelow } from "../tools/deb/files_below.ts";
import { sha256OfFile } from "../tools/release_agent/checksums.ts";
import { signBlob } from "../tools/release_agent/signature.ts";
import { type Account } from "./autoinstall/account.ts";
import { AUTOINSTALL_PATH, autoinstallFile, renderAutoinstall } from "./autoinstall/autoinstall.ts";
import { type BaseProof, checkBase } from "./base/check_base.ts";
import { dateOfBase, requireAge } from "./base/require_age.ts";
import { requireSpace } from "./free_space.ts";
import { readImageFiles } from "./image_files.ts";
import { IsoError } from "./iso_error.ts";
import { patchBootMenu } from "./menu/boot_menu.ts";
import { prepareOutput, refuseOverwrite } from "./output_folder.ts";
import { BuildInfo } from "./payload/build_info.ts";
import { Parts } from "./parts.ts";
import type { DiskChoice } from "./payload/prepare_script.ts";
import { requireArchive } from "./payload/image_archives.ts";
import { stagePayload } from "./payload/stage_payload.ts";
import { programBuild } from "./program_build.ts";
import { tenths } from "./progress.ts";
import type { Manifest } from "./record/manifest.ts";
import { md5OfFile, MD5SUMS_PATH, parseMd5Sums, renderMd5Sums } from "./record/md5sums.ts";
import { recordPaths, writeRecords } from "./record/write_records.ts";
import { requirePrograms } from "./run_program.ts";
import { requireFile } from "./require_file.ts";
import { remaster } from "./remaster.ts";
import { K3S } from "../agent/product/pins.ts";

/** What an image is made from. */
export interface IsoInput {
  /** The checkout. */
  repo: string;
  base: string;
  proof: BaseProof;
  output: string;
  program: string;
  account: Account;
  diskChoice: DiskChoice;
  k3sDir?: string;
  images: readonly string[];
  /** An older base is refused; `undefined` sets no limit. */
  maxAgeDays?: number | undefined;
  /** PEM of the key that signs. */
  privatePem?: string;
  /** Gets a line for each thing that begins. */
  say: (line: string) => void;
}

const INFO_PATH = "/.disk/info";
const MENUS = ["/boot/grub/grub.cfg", "/boot/grub/loopback.cfg"];
/** As much room as base and archives take, twice: the image and what may lie beside it while it is made. */
const SPACE_FACTOR = 2;
/** Another number where the same files become another image: an image of before does not count then. */
const RECIPE = 1;

/**
 * Makes an installation image and what lies beside it. Nothing that is there is overwritten; the image that an interrupted run has
 * finished is taken up.
 * @throws {IsoError}
 */
export async function buildIso(it: IsoInput): Promise<Manifest> {
  // Fails early and cheaply: nothing is made that cannot be signed.
  if (it.privatePem !== undefined) signBlob(new Uint8Array(), it.privatePem);
  let bytes = await requireFile("--base", it.base);
  for (const path of it.images) bytes += await requireFile("--images", path);
  await refuseOverwrite([it.output, ...recordPaths(it.output)]);
  await prepareOutput(dirname(it.output));
  await requireSpace(dirname(it.output), SPACE_FACTOR * bytes);
  for (const path of it.images) await requireArchive(path);
  const proving = it.proof.kind === "list" && it.proof.signature !== undefined ? ["gpgv"] : [];
  await requirePrograms(["xorriso", "dpkg-deb", ...proving]);
  it.say(`Proving the base ${it.base}`);
  const sha256 = await checkBase(it.base, it.proof);
  const old = await readBase(it.base);
  requireAge(`The base "${basename(it.base)}"`, dateOfBase(old.info), {
    maxAgeDays: it.maxAgeDays,
    now: new Date(),
  });
  const info = await infoOf(it, { name: old.info, sha256 });

  // The same name for the same words, so that nothing piles up where a run was interrupted.
  const parts = new Parts(`${dirname(it.output)}/.parts-${keyOf([RECIPE, sha256, info, wordsOf(it)])}`);
  const stage = `${parts.dir}/stage`;
  await Deno.remove(stage, { recursive: true }).catch(() => {}); // of a run that was interrupted, if at all
  await Deno.mkdir(stage, { recursive: true });
  try {
    it.say("Packing the agent and what it brings");
    const files = await stageFiles(stage, it, old, info);
    const entries = await entriesOf(files);
    const part = await parts.make(`${keyOf(entries)}.iso`, async (output) => {
      it.say(`Writing ${it.output}`);
      const builtAt = new Date(info.builtAt);
      await remaster({ base: it.base, output, files, builtAt, onPercent: tenths(it.say) });
    });
    it.say("Writing manifest and checksums");
    const manifest = await manifestOf(part, entries, info, it.output);
    await Deno.rename(part, it.output);
    await writeRecords(dirname(it.output), [manifest], { privatePem: it.privatePem });
    return manifest;
  } finally {
    await Deno.remove(stage, { recursive: true });
    await Deno.remove(parts.dir).catch(() => {}); // unless an image is in it
  }
}

/** What was asked for; what the files themselves hold shows in what is staged of them. */
function wordsOf({ program, account, diskChoice, k3sDir, images }: IsoInput): unknown {
  return { program, account, diskChoice, k3sDir, images };
}

function keyOf(what: unknown): string {
  return createHash("sha256").update(JSON.stringify(what)).digest("hex").slice(0, 16);
}

/** The files of the base that are changed, and its name. */
interface Base {
  info: string;
  md5Sums: Map<string, string>;
  menus: Map<string, string>;
}

async function readBase(base: string): Promise<Base> {
  const found = await readImageFiles(base, [INFO_PATH, MD5SUMS_PATH, ...MENUS]);
  const text = (path: string) => new TextDecoder().decode(found.get(path));
  const info = text(INFO_PATH).trim();
  const hint = "Give the image of Ubuntu Server 24.04 for amd64 (live-server)";
  if (info === "") throw new IsoError(`"${basename(base)}" is not an installation image of Ubuntu`, hint);
  if (!/^Ubuntu-Server 24\.04.* amd64\b/.test(info)) {
    throw new IsoError(`The base calls itself "${info}"`, hint);
  }
  const menus = new Map(MENUS.filter((it) => found.has(it)).map((it) => [it, patchBootMenu(text(it))]));
  if (!menus.has(MENUS[0] ?? "")) {
    throw new IsoError(`The base has no ${MENUS[0]}`, "Give an unchanged image");
  }
  return { info, md5Sums: parseMd5Sums(text(MD5SUMS_PATH)), menus };
}

async function infoOf(it: IsoInput, base: BuildInfo["base"]): Promise<BuildInfo> {
  const { account } = it;
  const ways = account.kind === "none" ? [] : [
    ...account.sshKeys.length > 0 ? ["key"] : [],
    ...account.passwordHash === undefined ? [] : ["password"],
  ];
  return BuildInfo.parse({
    formatVersion: 1,
    product: "alga-appliance",
    ...await programBuild(it.program),
    base,
    k3s: it.k3sDir === undefined ? null : K3S.version,
    account: ways.join(" and ") || "none",
  });
}

/** Everything that goes on the image, with the list of sums that covers it. */
async function stageFiles(
  stage: string,
  it: IsoInput,
  old: Base,
  info: BuildInfo,
): Promise<Map<string, string>> {
  const payload = `${stage}/alga`;
  await Deno.mkdir(payload);
  await stagePayload(payload, { ...it, info });
  const texts = new Map([
    [AUTOINSTALL_PATH, renderAutoinstall(autoinstallFile(it.account))],
    // The first word names the flavour of the live system, so ours comes last.
    [INFO_PATH, `${old.info} - Alga appliance ${info.version} (${info.commit.slice(0, 12)})\n`],
    ...old.menus,
  ]);
  const files = new Map<string, string>();
  for (const path of await filesBelow(payload)) files.set(`/alga/${path}`, `${payload}/${path}`);
  for (const [i, [path, text]] of [...texts].entries()) {
    await Deno.writeTextFile(`${stage}/text-${i}`, text);
    files.set(path, `${stage}/text-${i}`);
  }
  const sums = new Map(old.md5Sums);
  for (const [path, from] of files) sums.set(path, await md5OfFile(from));
  await Deno.writeTextFile(`${stage}/md5sum.txt`, renderMd5Sums(sums));
  return files.set(MD5SUMS_PATH, `${stage}/md5sum.txt`);
}

/** What goes on the image, by path. */
async function entriesOf(files: ReadonlyMap<string, string>): Promise<Manifest["files"]> {
  const entries: Manifest["files"] = [];
  for (const [path, from] of [...files].sort(([a], [b]) => a < b ? -1 : 1)) {
    entries.push({ path, bytes: (await Deno.stat(from)).size, sha256: await sha256OfFile(from) });
  }
  return entries;
}

async function manifestOf(
  image: string,
  files: Manifest["files"],
  build: BuildInfo,
  output: string,
): Promise<Manifest> {
  return {
    formatVersion: 1,
    build,
    image: {
      name: output.slice(output.lastIndexOf("/") + 1),
      format: "iso",
      bytes: (await Deno.stat(image)).size,
      sha256: await sha256OfFile(image),
    },
    files,
  };
}
