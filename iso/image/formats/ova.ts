import { createHash } from "node:crypto";
import { createTarDecoder } from "modern-tar";
import { IsoError } from "../../iso_error.ts";
import type { Manifest } from "../../record/manifest.ts";
import { runProgram } from "../../run_program.ts";
import { sha256OfFile } from "../../../tools/release_agent/checksums.ts";

/** A file in an OVA. */
export type Member = Manifest["files"][number];

/** More than this the header of a plain tar cannot tell. */
const MOST_BYTES = 8 * 1024 ** 3 - 1;
const MOST_TEXT_BYTES = 1024 * 1024;

/**
 * Writes the list of checksums and packs an OVA: description, list, disk, in this order, as importers that read it once want.
 * @see https://www.dmtf.org/standards/ovf (DSP0243 1.1.1, § 5.3)
 */
export async function packOva(
  dir: string,
  { ovf, disk, output, at }: { ovf: string; disk: string; output: string; at: Date },
): Promise<void> {
  const list = ovf.replace(/\.ovf$/, ".mf");
  const lines: string[] = [];
  for (const name of [ovf, disk]) {
    if ((await Deno.stat(`${dir}/${name}`)).size > MOST_BYTES) {
      throw new IsoError(
        `"${name}" is larger than 8 GiB, which an OVA cannot hold`,
        "Take the disk of a fresh installation",
      );
    }
    // Importers take no other spelling.
    lines.push(`SHA256(${name})= ${await sha256OfFile(`${dir}/${name}`)}\n`);
  }
  await Deno.writeTextFile(`${dir}/${list}`, lines.join(""));
  await runProgram("tar", [
    ...["--create", "--format=ustar", "--owner=0", "--group=0", "--numeric-owner", "--mode=0644"],
    ...[`--mtime=@${Math.floor(at.getTime() / 1000)}`, "--directory", dir, "--file", output, ovf, list, disk],
  ]);
}

/** What is in an OVA, in its order, and what an importer would object to. */
export async function readOva(path: string): Promise<{ members: Member[]; problems: string[] }> {
  const members: Member[] = [];
  const texts = new Map<string, string>();
  const file = await Deno.open(path); // closed by its stream
  try {
    for await (const { header, body } of file.readable.pipeThrough(createTarDecoder())) {
      const hash = createHash("sha256");
      const kept: Uint8Array[] = [];
      for await (const chunk of body as ReadableStream<Uint8Array>) {
        hash.update(chunk);
        if (header.size <= MOST_TEXT_BYTES) kept.push(chunk);
      }
      members.push({ path: header.name, bytes: header.size, sha256: hash.digest("hex") });
      if (header.size <= MOST_TEXT_BYTES) texts.set(header.name, await new Blob(kept as BlobPart[]).text());
    }
  } catch (cause) {
    return { members, problems: [`It is no archive: ${cause instanceof Error ? cause.message : cause}`] };
  }
  return { members, problems: objections(members, texts) };
}

function objections(members: readonly Member[], texts: ReadonlyMap<string, string>): string[] {
  const names = members.map((it) => it.path);
  const [ovf = "", list = "", disk = ""] = names;
  if (names.length !== 3 || !ovf.endsWith(".ovf") || !list.endsWith(".mf") || !disk.endsWith(".vmdk")) {
    return [`It holds ${names.join(", ") || "nothing"}, not a description, a list and a disk in this order`];
  }
  const wanted = members.filter((it) => it.path !== list).map((it) => `SHA256(${it.path})= ${it.sha256}\n`)
    .join("");
  const problems: string[] = [];
  if (texts.get(list) !== wanted) problems.push(`"${list}" does not have the checksums of the others`);
  const { bytes } = members.find((it) => it.path === disk) ?? { bytes: 0 };
  if (!texts.get(ovf)?.includes(`ovf:href="${disk}" ovf:size="${bytes}"`)) {
    problems.push(`"${ovf}" does not name the disk "${disk}" of ${bytes} bytes`);
  }
  return problems;
}

/** Which files of an OVA differ from its manifest, and whether it can be imported. */
export async function compareOva(path: string, { files }: Manifest): Promise<string[]> {
  const { members, problems } = await readOva(path);
  const there = new Map(members.map((it) => [it.path, it.sha256]));
  return [
    ...files.filter((it) => !there.has(it.path)).map((it) => `missing: ${it.path}`),
    ...files.filter((it) => there.has(it.path) && there.get(it.path) !== it.sha256).map((it) =>
      `changed: ${it.path}`
    ),
    ...members.filter((it) => !files.some((file) => file.path === it.path)).map((it) => `added: ${it.path}`),
    ...problems,
  ];
}
