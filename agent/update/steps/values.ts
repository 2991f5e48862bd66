import type { Change, Step } from "../../operation/step.ts";
import { differences } from "../../settings/differences.ts";
import { isCurrent } from "../../settings/values.ts";
import { requireKube } from "../../setup/steps/cluster.ts";
import { findValues, targetValues, valuesArrived } from "../arrived.ts";
import type { UpdateContext } from "../context.ts";

/** Writes the values of the new release with the settings of this appliance. */
export const valuesStep: Step<UpdateContext> = {
  id: "values",
  title: "Write the new values",
  failure: {
    category: "app-bootstrap",
    cannot: "The values of the new release could not be written",
    nextAction: "Try again; if it stays, look at the log of k3s (sudo journalctl -u k3s -n 50 -r)",
  },
  look: async (context) => await valuesArrived(context, await requireKube(context)),
  async act(context) {
    const kube = await requireKube(context);
    for (const wanted of await targetValues(context)) {
      if (!isCurrent(await findValues(kube, wanted), wanted)) await kube.apply(wanted, { force: true });
    }
    context.say("Values written");
  },
  async plan(context) {
    const kube = await requireKube(context);
    const changes: Change[] = [];
    for (const wanted of await targetValues(context)) {
      const found = await findValues(kube, wanted);
      const object = `ConfigMap ${wanted.metadata.namespace}/${wanted.metadata.name}`;
      for (const [key, text] of Object.entries(wanted.data as Record<string, string>)) {
        const before = found?.data?.[key] as string | undefined;
        if (before !== text) changes.push(...differences(before, text).map((it) => ({ object, ...it })));
      }
    }
    return changes;
  },
};
