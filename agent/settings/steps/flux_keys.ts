import { KEYS_SECRET } from "../../../flux/source_objects.ts";
import type { Step } from "../../operation/step.ts";
import { NAMESPACES } from "../../product/names.ts";
import { requireKube } from "../../setup/steps/cluster.ts";
import { applySource, isVerifyRight } from "../../setup/steps/source.ts";
import { applyKeys, areKeysRight } from "../../setup/steps/source_keys.ts";
import type { SettingsContext } from "../context.ts";

/**
 * Gives Flux the keys whose signatures count here, and has it look for one where such a key signed the installed bundle. Kubernetes
 * has its keys before that is asked: what a new key signed would be refused by the old ones.
 */
export const fluxKeysStep: Step<SettingsContext> = {
  id: "flux-keys",
  title: "Give Flux the keys of releases",
  failure: {
    category: "flux",
    cannot: "Flux could not be given the keys of releases",
    nextAction: "Try again; if it stays, look at the log of k3s (sudo journalctl -u k3s -n 50 -r)",
  },
  async look(context) {
    const kube = await requireKube(context);
    if (!await areKeysRight(kube, context)) return false;
    const config = (await context.release())?.manifest.config;
    return config === undefined || await isVerifyRight(kube, config, context);
  },
  async act(context) {
    const kube = await requireKube(context);
    await applyKeys(kube, context);
    const config = (await context.release())?.manifest.config;
    if (config && !await isVerifyRight(kube, config, context)) await applySource(kube, config, context);
    context.say("Flux has the keys that count");
  },
  async plan(context) {
    if (await areKeysRight(await requireKube(context), context)) return [];
    const object = `Secret ${NAMESPACES.flux}/${KEYS_SECRET}`;
    return [{ object, field: "", from: undefined, to: "the keys that count here now" }];
  },
};
