import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { resolve } from "node:path";
import { controlFile, copyrightFile, debChangelog, debVersion, LINTIAN_OVERRIDES } from "./control.ts";
import { filesBelow } from "./files_below.ts";
import { MAINTAINER_SCRIPTS } from "./maintainer_scripts.ts";

/** A package that cannot be made; the message says why and what to do. */
export class DebError extends Error {
  override readonly name = "DebError";
}

/** What a package is made from. */
export interface DebInput {
  /** The checkout, with licence and changelog. */
  repo: string;
  /** The compiled program for amd64; it runs here and lays out its own files. */
  program: string;
  /** Folder that gets the package. */
  dir: string;
}

/**
 * Makes the package and gives its path. The same program gives the same bytes: times are the commit's, owners are root, names
 * are sorted and compression is fixed. @throws {DebError}
 */
export async function buildDeb({ repo, program, dir }: DebInput): Promise<string> {
  const { version, builtAt } = await buildOf(program);
  const stage = await Deno.makeTempDir({ prefix: "alga-deb-" });
  try {
    const tree = `${stage}/tree`;
    await Deno.mkdir(tree, { mode: 0o755 });
    await run(program, ["install", "--for-package", "--root", tree]);
    await addDocuments(tree, repo, { version, builtAt });
    await addControl(tree, version);
    await sameTimesAndModes(tree, builtAt);
    const path = `${resolve(dir)}/alga-agent_${debVersion(version)}_amd64.deb`;
    await Deno.mkdir(dir, { recursive: true });
    const options = ["--root-owner-group", "-Zxz", "-z1", "--threads-max=1", "--build"];
    await run("dpkg-deb", [...options, tree, path], { SOURCE_DATE_EPOCH: String(builtAt.getTime() / 1000) });
    return path;
  } finally {
    await Deno.remove(stage, { recursive: true });
  }
}

async function buildOf(program: string): Promise<{ version: string; builtAt: Date }> {
  const found = await Deno.stat(program).catch(() => undefined);
  if (!found?.isFile) throw new DebError(`"${program}" is missing; make it first: deno task compile`);
  const { version, builtAt } = JSON.parse(await run(program, ["version", "-o", "json"]));
  return { version, builtAt: new Date(builtAt) };
}

/** What a package has to say of itself, where Debian looks for it. */
async function addDocuments(
  tree: string,
  repo: string,
  { version, builtAt }: { version: string; builtAt: Date },
): Promise<void> {
  const docs = `${tree}/usr/share/doc/alga-agent`;
  await Deno.mkdir(docs, { recursive: true });
  const licences = await run(`${tree}/usr/bin/alga-agent`, ["version", "--licences"]);
  await Deno.writeTextFile(`${docs}/copyright`, copyrightFile(await Deno.readTextFile(`${repo}/LICENSE`)));
  await writeGzip(`${docs}/LICENCES.gz`, licences);
  await writeGzip(`${docs}/changelog.gz`, debChangelog(version, builtAt));
  await writeGzip(`${docs}/CHANGELOG.gz`, await Deno.readTextFile(`${repo}/CHANGELOG.md`));
  const manPage = `${tree}/usr/share/man/man8/alga-agent.8`;
  await writeGzip(`${manPage}.gz`, await Deno.readTextFile(manPage));
  await Deno.remove(manPage);
  const overrides = `${tree}/usr/share/lintian/overrides`;
  await Deno.mkdir(overrides, { recursive: true });
  await Deno.writeTextFile(`${overrides}/alga-agent`, LINTIAN_OVERRIDES);
}

async function addControl(tree: string, version: string): Promise<void> {
  const files = await filesBelow(tree);
  let bytes = 0;
  const sums: string[] = [];
  for (const path of files) {
    const content = await Deno.readFile(`${tree}/${path}`);
    bytes += content.length;
    sums.push(`${createHash("md5").update(content).digest("hex")}  ${path}\n`);
  }
  await Deno.mkdir(`${tree}/DEBIAN`);
  const control = controlFile({ version, installedKib: Math.ceil(bytes / 1024) });
  await Deno.writeTextFile(`${tree}/DEBIAN/control`, control);
  await Deno.writeTextFile(`${tree}/DEBIAN/md5sums`, sums.join(""));
  for (const [name, text] of Object.entries(MAINTAINER_SCRIPTS)) {
    await Deno.writeTextFile(`${tree}/DEBIAN/${name}`, text);
  }
}

const PROGRAMS = ["usr/bin/alga-agent", ...Object.keys(MAINTAINER_SCRIPTS).map((it) => `DEBIAN/${it}`)];

/** Neither the umask nor the hour of this build goes in. */
async function sameTimesAndModes(tree: string, at: Date): Promise<void> {
  const set = async (path: string, mode: number) => {
    await Deno.chmod(path, mode);
    await Deno.utime(path, at, at);
  };
  for (const path of await filesBelow(tree)) {
    await set(`${tree}/${path}`, PROGRAMS.includes(path) ? 0o755 : 0o644);
  }
  for (const path of await foldersOf(tree)) await set(path, 0o755);
}

/** A folder and all below it, the deepest first. */
async function foldersOf(tree: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(tree)) {
    if (isDirectory) found.push(...await foldersOf(`${tree}/${name}`));
  }
  return [...found, tree];
}

/** As "gzip -9n": without a name and a time. */
async function writeGzip(path: string, text: string): Promise<void> {
  await Deno.writeFile(path, gzipSync(text, { level: 9 }));
}

/** Runs a program that must succeed and gives its output. @throws {DebError} */
async function run(program: string, args: string[], env: Record<string, string> = {}): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    env,
    stdout: "piped",
    stderr: "piped",
  })
    .output().catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw new DebError(`"${program}" is not installed`);
    });
  const said = new TextDecoder().decode(stderr).trim();
  if (!success) throw new DebError(`"${program} ${args[0]}" failed: ${said}`);
  return new TextDecoder().decode(stdout);
}
