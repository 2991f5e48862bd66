import { resolve } from "node:path/posix";
import { ReleaseError } from "./release_error.ts";

/** Longest time that one chart may take, in ms; a loop in a template ends there. */
const LIMIT_MS = 120_000;

/** Helm's own program. */
export interface Helm {
  program: string;
  /** As it calls itself ("v4.2"). */
  version: string;
}

/** What Flux installs, as Helm is told of it. */
export interface WantedRendering {
  /** The chart as it lies in the registry: a packed folder. */
  packed: Uint8Array;
  releaseName: string;
  namespace: string;
  /** What the appliance would write. */
  values: string;
  /** Of the cluster on an appliance ("v1.36.5"). */
  kubernetesVersion: string;
}

/** Said where charts are only read. */
export const NO_HELM =
  "Helm was not found: charts are read, and what their templates make of the values is not seen. Install Helm 4, or name it: --helm FILE";

/**
 * The Helm that is named, else the one that is installed, if any.
 * @throws {ReleaseError} If the one that is named cannot be run.
 */
export async function chooseHelm(
  named: string | undefined,
  { folder, helm }: { folder: string; helm?: string },
): Promise<Helm | undefined> {
  const found = await findHelm(named === undefined ? helm ?? "helm" : resolve(folder, named));
  if (named === undefined || found) return found;
  throw new ReleaseError(`Cannot run "${named}"`, "Name the file of the helm program");
}

/** Helm by its path, or by its name as the shell finds it; `undefined` where it is not there. */
async function findHelm(program: string): Promise<Helm | undefined> {
  const dir = await Deno.makeTempDir({ prefix: "alga-helm-" });
  try {
    const { code, stdout } = await run(program, ["version", "--template", "{{.Version}}"], dir);
    return code === 0 ? { program, version: stdout.trim() } : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) {
      return undefined;
    }
    throw error;
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/**
 * The objects that Helm makes of a chart, hooks too, without asking a cluster: what a template looks up is not there, as on a new
 * appliance.
 * @throws {ReleaseError} With Helm's own words.
 */
export async function renderChart(helm: Helm, wanted: WantedRendering): Promise<string> {
  const dir = await Deno.makeTempDir({ prefix: "alga-helm-" });
  try {
    await Deno.writeFile(`${dir}/chart.tgz`, wanted.packed);
    await Deno.writeTextFile(`${dir}/values.yaml`, wanted.values);
    const { code, stdout, stderr } = await run(helm.program, [
      "template",
      wanted.releaseName,
      `${dir}/chart.tgz`,
      `--namespace=${wanted.namespace}`,
      `--values=${dir}/values.yaml`,
      `--kube-version=${wanted.kubernetesVersion}`,
    ], dir);
    if (code === 0) return stdout;
    const said = stderr.split("\n").filter((it) => it.startsWith("Error: ")).at(-1) ?? stderr.trim();
    throw new ReleaseError(
      `Helm cannot render it: ${said.replace(/^Error: /, "").replaceAll(`${dir}/`, "").slice(0, 1000)}`,
      "Fix the chart or the profile's values, and push under a new version",
    );
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Nothing of the publisher's own settings, plugins and clusters has a part in it. */
async function run(
  program: string,
  args: string[],
  dir: string,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const home = { HOME: dir, HELM_CACHE_HOME: dir, HELM_CONFIG_HOME: dir, HELM_DATA_HOME: dir };
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd: dir,
    clearEnv: true,
    env: { PATH: Deno.env.get("PATH") ?? "", ...home },
    stdin: "null",
    signal: AbortSignal.timeout(LIMIT_MS),
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
