import { errorText } from "../../error.ts";
import type { Engine, OperationReply, OperationView } from "../../operation/operation.ts";
import type { Say } from "../../text/log_line.ts";
import { releasesOf } from "../context.ts";
import type { UpdateRequest } from "../update_request.ts";
import { removeImagePods } from "./image_pods.ts";
import { canonicalName, readImagesThere } from "./images_there.ts";
import { neededImages } from "./needed_images.ts";
import { type PrepareDeps, prepareOperation } from "./prepare_operation.ts";

/** How many images of an update are on the machine already. */
export interface ImagesThere {
  there: number;
  total: number;
  /** The others, as pods name them. */
  missing: readonly string[];
}

/** Images of an update, fetched before it. */
export interface PrepareService {
  view(): OperationView;
  begin(request: UpdateRequest, options: { by: string }): Promise<OperationReply>;
  accept(checkIds: readonly string[], options: { by: string }): Promise<OperationReply>;
  recheck(options: { by: string }): Promise<OperationReply>;
  retry(options: { by: string }): Promise<OperationReply>;
  cancel(options: { by: string }): Promise<OperationReply>;
  /** `undefined` while Kubernetes cannot be asked. */
  imagesThere(request: UpdateRequest): Promise<ImagesThere | undefined>;
  /** An update begins: it fetches what is still missing by itself. */
  makeWay(by: string): Promise<void>;
  /** Lets go of what was kept for an update that is done. Never throws. */
  tidy(): Promise<void>;
}

/** Puts the operation into the engine. */
export async function createPrepareService(
  deps: PrepareDeps & { engine: Engine; say?: Say },
): Promise<PrepareService> {
  const handle = await deps.engine.add(prepareOperation(deps));
  return {
    view: () => handle.view(),
    begin: (request, options) => handle.start(request, options),
    accept: (checkIds, options) => handle.accept(checkIds, options),
    recheck: (options) => handle.recheck(options),
    retry: (options) => handle.retry(options),
    cancel: (options) => handle.cancel(options),
    async imagesThere(request) {
      try {
        const kube = await deps.connectKube();
        if (!kube) return undefined;
        const there = await readImagesThere(kube);
        const images = neededImages(releasesOf({ request }), deps.mirrors);
        const missing = images.map((it) => it.name).filter((it) => !there.has(canonicalName(it)));
        return { there: images.length - missing.length, total: images.length, missing };
      } catch {
        return undefined; // a plan without this is better than none
      }
    },
    async makeWay(by) {
      const { state } = handle.view();
      if (state.status === "running" || state.status === "failed") await handle.cancel({ by });
    },
    async tidy() {
      try {
        const kube = await deps.connectKube();
        if (kube && handle.view().state.status !== "running") await removeImagePods(kube, { allBut: [] });
      } catch (error) {
        deps.say?.("warning", `Pods that kept fetched images are left: ${errorText(error)}`);
      }
    },
  };
}
