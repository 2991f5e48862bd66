import { errorText } from "../../agent/error.ts";
import { exists } from "./exists.ts";
import {
  moduleFolder,
  type Program,
  PROGRAM_SETS,
  type ProgramName,
  programPath,
  PROGRAMS,
  type ProgramSet,
} from "./programs.ts";

/** Builds what a set lacks, one after the other: Go itself uses all cores. A second run finds everything done. */
export async function buildPrograms(set: ProgramSet): Promise<boolean> {
  for (const name of PROGRAM_SETS[set]) {
    if (!await build(name)) return false;
  }
  return true;
}

/** Nothing of a set is left to build. */
export async function isSetBuilt(set: ProgramSet): Promise<boolean> {
  const paths = await Promise.all(PROGRAM_SETS[set].map(programPath));
  return (await Promise.all(paths.map(exists))).every(Boolean);
}

/**
 * Fetches the sources of what a set lacks: exactly the modules that its programs are made from. Only this goes over the network,
 * so only this may be tried again.
 */
export async function fetchSources(set: ProgramSet): Promise<boolean> {
  for (const name of PROGRAM_SETS[set]) {
    if (await exists(await programPath(name))) continue;
    const { package: path, tags = "", cgo = false } = PROGRAMS[name] as Program;
    const code = await runGo(["list", "-deps", "-tags", tags, path], moduleFolder(name), {
      cgo,
      stdout: "null",
    });
    if (code !== 0) {
      console.error(`The sources of ${name} could not be fetched; "go list" ended with ${code}`);
      return false;
    }
  }
  return true;
}

async function build(name: ProgramName): Promise<boolean> {
  const target = await programPath(name);
  if (await exists(target)) {
    console.log(`${name} is built: ${target}`);
    return true;
  }
  await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
  const { package: path, flags = "", tags = "", cgo = false } = PROGRAMS[name] as Program;
  const startedMs = Date.now();
  const partial = `${target}.${Deno.pid}.partial`;
  const code = await runGo(
    ["build", "-trimpath", "-tags", tags, "-ldflags", `-s -w ${flags}`, "-o", partial, path],
    moduleFolder(name),
    { cgo },
  );
  if (code !== 0) {
    await Deno.remove(partial).catch(() => {});
    console.error(`${name} could not be built; "go build" ended with ${code}`);
    return false;
  }
  await Deno.rename(partial, target);
  console.log(`${name} built in ${Math.round((Date.now() - startedMs) / 1000)} s: ${target}`);
  return true;
}

/** Gives its exit code; 127 when there is no Go. */
async function runGo(
  args: string[],
  cwd: string,
  { cgo, stdout = "inherit" }: { cgo: boolean; stdout?: "inherit" | "null" },
): Promise<number> {
  const env = {
    GOTOOLCHAIN: "local",
    GOFLAGS: "-mod=readonly",
    CGO_ENABLED: cgo ? "1" : "0",
    // With Go's own setting a quarter of the work is collecting garbage in compilers that end within seconds.
    GOGC: "300",
    GOMEMLIMIT: "2GiB",
  };
  try {
    const { code } = await new Deno.Command("go", { args, cwd, env, stdout, stderr: "inherit" })
      .output();
    return code;
  } catch (error) {
    // Thrown at once, not by the promise.
    console.error(`Go is needed to build the programs of the cluster: ${errorText(error)}`);
    return 127;
  }
}
