import { gzipSync } from "node:zlib";
import { packTar, unpackTar } from "modern-tar";

/** Path inside an archive → content. */
export type Files = Readonly<Record<string, string>>;

/** A tar.gz of files that depends on nothing but them: names in order, no dates, no owners. */
export async function packFiles(files: Files): Promise<Uint8Array> {
  const entries = Object.keys(files).sort().map((name) => {
    const body = new TextEncoder().encode(files[name]);
    return {
      header: { name, size: body.length, mode: 0o644, uid: 0, gid: 0, mtime: new Date(0) },
      body,
    };
  });
  return new Uint8Array(gzipSync(await packTar(entries), { level: 9 }));
}

/** Reads text files out of a tar.gz. @throws if it is none. */
export async function unpackFiles(bytes: Uint8Array): Promise<Files> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream()
    .pipeThrough(new DecompressionStream("gzip"));
  const tar = new Uint8Array(await new Response(stream).arrayBuffer());
  const entries = (await unpackTar(tar)).filter((it) => it.header.type !== "directory");
  return Object.fromEntries(
    entries.map((it) => [it.header.name.replace(/^\.\//, ""), new TextDecoder().decode(it.data)]),
  );
}

/** Every file below a folder by its path there, in order. */
export async function readFolder(dir: string, prefix = ""): Promise<Files> {
  const files: Record<string, string> = {};
  const entries = (await Array.fromAsync(Deno.readDir(dir))).sort((a, b) => a.name < b.name ? -1 : 1);
  for (const { name, isDirectory } of entries) {
    if (isDirectory) Object.assign(files, await readFolder(`${dir}/${name}`, `${prefix}${name}/`));
    else files[`${prefix}${name}`] = await Deno.readTextFile(`${dir}/${name}`);
  }
  return files;
}
