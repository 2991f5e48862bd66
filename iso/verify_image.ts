import { basename, dirname } from "node:path";
import { filesBelow } from "../tools/deb/files_below.ts";
import { sha256OfFile } from "../tools/release_agent/checksums.ts";
import { isSignedBy } from "../tools/release_agent/signature.ts";
import { extractImage } from "./image_files.ts";
import { IsoError } from "./iso_error.ts";
import { besideImage, Manifest } from "./record/manifest.ts";
import { md5OfFile, MD5SUMS_PATH, parseMd5Sums } from "./record/md5sums.ts";
import { SUMS_NAME } from "./record/write_records.ts";

/** What was found out about an image. */
export interface Verdict {
  manifest: Manifest;
  /** By whose word the manifest counts: a signature that was proven, or only that it lies beside the image. */
  trust: "signed" | "unsigned";
  /** Each difference in a sentence; none on an image that is as it was made. */
  problems: string[];
}

/** Finds out what differs in an image that is another one, by its format; images of disks have no files that could be told. */
export type Comparisons = {
  readonly [format in Manifest["image"]["format"]]?: (image: string, manifest: Manifest) => Promise<string[]>;
};

/** Where the word comes from against which an image is held. */
export interface VerifyOptions {
  /** Default: beside the image. */
  manifestPath?: string;
  /** PEM of the public key; with it an unsigned or falsely signed manifest is a problem. */
  publicPem?: string;
  /** For formats beside ISO. */
  comparisons?: Comparisons;
  say?: (line: string) => void;
}

/** Paths that its maker leaves out of `md5sum.txt`, because they are written or changed after it. */
const NOT_LISTED = [MD5SUMS_PATH, "/boot.catalog", "/boot/grub/i386-pc/eltorito.img"];

/**
 * Holds an image against its manifest, and the manifest against its signature. Where the whole differs, it is read file by
 * file, so that it can be said which. Needs neither root nor mounting.
 * @throws {IsoError} If there is nothing to hold it against.
 */
export async function verifyImage(image: string, options: VerifyOptions = {}): Promise<Verdict> {
  const { say = () => {} } = options;
  const name = basename(image);
  const { isFile, size } = await Deno.stat(image).catch(() => ({ isFile: false, size: 0 }));
  if (!isFile) throw new IsoError(`The image "${image}" cannot be read`, "Name an image that is there");
  const path = options.manifestPath ?? `${dirname(image)}/${besideImage(name).manifest}`;
  const manifest = await readManifest(path);
  const problems: string[] = [];
  if (options.publicPem !== undefined) problems.push(...await checkSignature(path, options.publicPem));
  const trust = options.publicPem !== undefined && problems.length === 0 ? "signed" : "unsigned";

  say(`Reading ${image}`);
  if (await sha256OfFile(image) === manifest.image.sha256) return { manifest, trust, problems };
  const { bytes } = manifest.image;
  problems.push(
    size === bytes
      ? "The image is not the one of its manifest: its SHA-256 differs"
      : `The image is not the one of its manifest: it has ${size} bytes, not ${bytes}`,
  );
  const comparisons: Comparisons = { iso: compareFiles, ...options.comparisons };
  const compare = comparisons[manifest.image.format];
  if (compare !== undefined) {
    say("It differs; reading each of its files");
    problems.push(...await compare(image, manifest));
  }
  return { manifest, trust, problems };
}

async function readManifest(path: string): Promise<Manifest> {
  const hint = "Give the file that was made with the image: --manifest FILE";
  const text = await Deno.readTextFile(path).catch((cause) => {
    throw new IsoError(`The manifest "${path}" cannot be read`, hint, { cause });
  });
  try {
    return Manifest.parse(JSON.parse(text));
  } catch (cause) {
    throw new IsoError(`"${path}" is no manifest of an image`, hint, { cause });
  }
}

/** The signature is over the sums, and the manifest has its line there. */
async function checkSignature(manifestPath: string, publicPem: string): Promise<string[]> {
  const sumsPath = `${dirname(manifestPath)}/${SUMS_NAME}`;
  const sums = await Deno.readFile(sumsPath).catch(() => undefined);
  const signature = await Deno.readTextFile(`${sumsPath}.sig`).catch(() => undefined);
  if (sums === undefined || signature === undefined) return [`There is no ${SUMS_NAME} with a signature`];
  if (!isSignedBy(sums, signature, publicPem)) return [`The signature of ${SUMS_NAME} is not of this key`];
  const line = `${await sha256OfFile(manifestPath)}  ${basename(manifestPath)}`;
  const isNamed = new TextDecoder().decode(sums).split("\n").includes(line);
  return isNamed ? [] : ["The manifest is not the one that was signed"];
}

/** Which files of an ISO differ: ours by the manifest, the base's by its own list. */
async function compareFiles(image: string, { files }: Manifest): Promise<string[]> {
  const dir = await Deno.makeTempDir({ prefix: "alga-iso-" });
  try {
    try {
      await extractImage(image, dir);
    } catch (error) {
      if (!(error instanceof IsoError)) throw error;
      return ["Its files cannot be read: the file system on it is damaged"];
    }
    const there = new Set((await filesBelow(dir)).map((it) => `/${it}`));
    const problems: string[] = [];
    const ours = new Set(files.map((it) => it.path));
    for (const { path, sha256 } of files) {
      if (!there.has(path)) problems.push(`missing: ${path}`);
      else if (await sha256OfFile(dir + path) !== sha256) problems.push(`changed: ${path}`);
    }
    const listed = await readList(`${dir}${MD5SUMS_PATH}`);
    for (const [path, sum] of listed) {
      if (ours.has(path)) continue;
      if (!there.has(path)) problems.push(`missing: ${path}`);
      else if (await md5OfFile(dir + path) !== sum) problems.push(`changed: ${path}`);
    }
    const unknown = [...there].filter((it) => !ours.has(it) && !listed.has(it) && !NOT_LISTED.includes(it));
    problems.push(...unknown.map((it) => `added: ${it}`));
    if (problems.length > 0) return problems;
    return ["None of its files differs, so the boot structures or the space between the files do"];
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function readList(path: string): Promise<Map<string, string>> {
  try {
    return parseMd5Sums(await Deno.readTextFile(path));
  } catch {
    return new Map(); // that it is missing or changed is told
  }
}
