import { KINDS, type KubeClient, type KubeObject } from "../../../k8s/mod.ts";
import type { Change, Step } from "../../operation/step.ts";
import { NAMESPACES } from "../../product/names.ts";
import { requireKube } from "../../setup/steps/cluster.ts";
import { requireRelease } from "../../setup/release_selection.ts";
import { isProxySecretCurrent, proxySecretChange, writeProxySecret } from "../../setup/worker_proxy.ts";
import type { SettingsContext } from "../context.ts";
import { isCurrent, RECONCILE_ANNOTATION, wantedValues } from "../values.ts";
import { markOf } from "../wanted_files.ts";
import { differences } from "../differences.ts";

/** Writes the values of the releases, and beside each what its release is to be asked for. */
export const valuesStep: Step<SettingsContext> = {
  id: "values",
  title: "Write the values of the releases",
  failure: {
    category: "app-bootstrap",
    cannot: "The values of the releases could not be written",
    nextAction: "Try again; if it stays, look at the log of k3s (sudo journalctl -u k3s -n 50 -r)",
  },
  async look(context) {
    const kube = await requireKube(context);
    for (const wanted of await objects(context)) {
      if (!isCurrent(await find(kube, wanted), wanted)) return false;
    }
    return await isProxySecretCurrent(kube, context.settings);
  },
  async act(context) {
    const kube = await requireKube(context);
    await writeProxySecret(kube, context.settings);
    for (const wanted of await objects(context)) {
      if (isCurrent(await find(kube, wanted), wanted)) continue;
      // The mark lies in the same object: whatever is killed now, the release will be asked to take these values up.
      const annotations = { [RECONCILE_ANNOTATION]: markOf(JSON.stringify(wanted.data)) };
      await kube.apply({ ...wanted, metadata: { ...wanted.metadata, annotations } }, { force: true });
    }
    context.say("Values written");
  },
  async plan(context) {
    const kube = await requireKube(context);
    const changes: Change[] = [];
    for (const wanted of await objects(context)) {
      const found = await find(kube, wanted);
      const object = `ConfigMap ${NAMESPACES.settings}/${wanted.metadata.name}`;
      for (const [key, text] of Object.entries(wanted.data as Record<string, string>)) {
        const before = found?.data?.[key] as string | undefined;
        if (before === text) continue;
        changes.push(...differences(before, text).map((it) => ({ object, ...it })));
      }
    }
    return [...await proxySecretChange(kube, context.settings), ...changes];
  },
};

async function objects(context: SettingsContext): Promise<KubeObject[]> {
  return wantedValues(requireRelease(await context.release()), context.settings);
}

async function find(kube: KubeClient, { metadata }: KubeObject): Promise<KubeObject | undefined> {
  return await kube.get({ resource: KINDS.ConfigMap, namespace: NAMESPACES.settings, name: metadata.name });
}
