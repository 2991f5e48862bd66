import { SOURCE_NAME } from "../../../flux/source_objects.ts";
import { KINDS } from "../../../k8s/mod.ts";
import type { Step } from "../../operation/step.ts";
import { NAMESPACES } from "../../product/names.ts";
import { requireKube } from "../../setup/steps/cluster.ts";
import { applySource, sourceIsCurrent, wantedSource } from "../../setup/steps/source.ts";
import { targetOf, type UpdateContext } from "../context.ts";

/** Tells Flux which release to install, by digest. */
export const sourceStep: Step<UpdateContext> = {
  id: "source",
  title: "Apply the new release",
  failure: {
    category: "flux",
    cannot: "The new release could not be applied",
    nextAction: "Try again; if it stays, look at the log of k3s (sudo journalctl -u k3s -n 50 -r)",
  },
  async look(context) {
    const { config } = targetOf(context).manifest;
    return await sourceIsCurrent(await requireKube(context), config, context);
  },
  async act(context) {
    await applySource(await requireKube(context), targetOf(context).manifest.config, context);
  },
  async plan(context) {
    const kube = await requireKube(context);
    const ref = { resource: KINDS.OCIRepository, namespace: NAMESPACES.flux, name: SOURCE_NAME };
    const [wanted] = await wantedSource(targetOf(context).manifest.config, { ...context, isSigned: false });
    return [{
      object: `OCIRepository ${NAMESPACES.flux}/${SOURCE_NAME}`,
      field: "spec.ref.digest",
      from: (await kube.get(ref))?.spec?.ref?.digest as string | undefined,
      to: String(wanted.spec.ref.digest),
    }];
  },
};
