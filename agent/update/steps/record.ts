import type { Step } from "../../operation/step.ts";
import { requireRelease, writeSelection } from "../../setup/release_selection.ts";
import { goBackTo } from "../../trust/mod.ts";
import { selectionArrived } from "../arrived.ts";
import { targetOf, type UpdateContext } from "../context.ts";

/** Writes down which release is installed: what looks for updates compares with it. */
export const recordStep: Step<UpdateContext> = {
  id: "record",
  title: "Record the new release",
  failure: {
    category: "storage",
    cannot: "The new release could not be written down",
    nextAction:
      "See that the disk has room (df -h /) and can be written (findmnt -no OPTIONS /), then try again",
  },
  look: selectionArrived,
  async act(context) {
    const { host, clock } = context;
    const target = targetOf(context);
    if (context.request.allowDowngrade) await goBackTo(host, clock, target);
    await writeSelection(host, clock, target, await context.settings());
  },
  plan: async (context) => [{
    object: "Installed release",
    field: "",
    from: requireRelease(await context.installed()).manifest.version,
    to: targetOf(context).manifest.version,
  }],
};
