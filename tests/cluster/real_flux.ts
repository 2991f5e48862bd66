import { freePort } from "../simulator/free_port.ts";
import { endProgram, startProgram } from "./child_process.ts";
import { programPath } from "./programs.ts";
import { makeScratchFolder } from "./scratch_folder.ts";

/** Flux's own controllers as processes beside a real API server. Their Deployments are stand-ins: no pod runs them here. */
export interface RealFlux {
  /** What a controller wrote to its log so far. */
  log(name: FluxController): Promise<string>;
  stop(): Promise<void>;
}

export type FluxController = "source-controller" | "kustomize-controller" | "helm-controller";

/**
 * Starts the named controllers. They wait for nothing: a controller whose definitions are not there yet ends, and is started
 * again as its Deployment would do.
 */
export async function startRealFlux(
  kubeconfigPath: string,
  controllers: readonly FluxController[],
): Promise<RealFlux> {
  const folder = await makeScratchFolder("alga-flux-");
  const { dir } = folder;
  const storage = `127.0.0.1:${freePort()}`;
  const children = new Map<FluxController, Deno.ChildProcess>();
  let isStopping = false;

  async function keepRunning(name: FluxController): Promise<void> {
    const program = await programPath(name);
    while (!isStopping) {
      const child = startProgram(program, [
        "--enable-leader-election=false",
        "--watch-all-namespaces",
        `--metrics-addr=127.0.0.1:${freePort()}`,
        `--health-addr=127.0.0.1:${freePort()}`,
        "--log-level=info",
        ...(name === "source-controller"
          ? [`--storage-path=${dir}/artifacts`, `--storage-addr=${storage}`, `--storage-adv-addr=${storage}`]
          : []),
      ], {
        env: { RUNTIME_NAMESPACE: "flux-system", KUBECONFIG: kubeconfigPath, TMPDIR: dir },
        logPath: `${dir}/${name}.log`,
      });
      children.set(name, child);
      await child.status;
      if (!isStopping) await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  await Deno.mkdir(`${dir}/artifacts`);
  const running = controllers.map(keepRunning);
  return {
    log: (name) => Deno.readTextFile(`${dir}/${name}.log`).catch(() => ""),
    async stop() {
      isStopping = true;
      await Promise.all([...children.values()].map(endProgram));
      await Promise.all(running);
      await folder.close();
    },
  };
}
