import { errorText } from "../error.ts";
import type { OperationHandle } from "../operation/operation.ts";
import type { UpdateRequest } from "./update_request.ts";

/** Goes on along a way of several releases, one update after the other. */
export interface Walk {
  /** To be called after every change of the update. */
  look(): void;
  /** One release of the way is installed, and the update to the next one is about to begin. */
  isBetween(): boolean;
}

/**
 * When an update that this process has seen under way is done, the next one of its way begins, for whom the first one was begun.
 * After a failure, a stop or a restart nothing begins by itself: trying again goes on, and so does a new start to the same
 * release, which then has fewer steps to go.
 */
export function createWalk(
  handle: Pick<OperationHandle<UpdateRequest>, "view" | "inputs" | "start">,
  { changed, failed }: {
    changed(): void;
    /** The next update could not begin; the appliance runs the release before it. */
    failed(problem: string): void;
  },
): Walk {
  /** The run that was seen under way. */
  let seen: unknown;
  let isBetween = false;

  async function begin(request: UpdateRequest, by: string): Promise<void> {
    try {
      const reply = await handle.start(request, { by });
      if (!reply.ok) failed(reply.reason === "locked" ? `${reply.holder} is working` : reply.reason);
    } catch (error) {
      failed(errorText(error));
    } finally {
      isBetween = false;
      changed();
    }
  }

  return {
    isBetween: () => isBetween,
    look() {
      const { state, inputs: { runId }, by = "" } = handle.view();
      if (state.status === "running") seen = runId;
      if (state.status !== "done" || seen === undefined || seen !== runId) return;
      seen = undefined;
      const { target: before, further = [] } = handle.inputs() ?? {};
      const [target, ...rest] = further;
      if (!before || !target) return;
      isBetween = true;
      const { manifest: { version }, manifestDigest } = before;
      const request = {
        target,
        from: { version, manifestDigest },
        ...(rest.length > 0 && { further: rest }),
      };
      void begin(request, by);
    },
  };
}
