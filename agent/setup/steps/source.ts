import { FLUX_NAMESPACE } from "../../../flux/controllers.ts";
import { SOURCE_NAME, sourceObjects } from "../../../flux/source_objects.ts";
import { KINDS } from "../../../k8s/mod.ts";
import type { Step } from "../step.ts";
import { requireKube } from "./cluster.ts";

/** Tells Flux which release to install, by digest. */
export const sourceStep: Step = {
  id: "source",
  title: "Apply the release",
  async isDone(context) {
    const kube = await requireKube(context);
    const { config } = (await context.release()).manifest;
    const [source] = sourceObjects(config, context.mirrors);
    const found = await kube.get({
      resource: KINDS.OCIRepository,
      namespace: FLUX_NAMESPACE,
      name: SOURCE_NAME,
    });
    const kustomization = await kube.get({
      resource: KINDS.Kustomization,
      namespace: FLUX_NAMESPACE,
      name: SOURCE_NAME,
    });
    return found?.spec?.ref?.digest === config.digest && found?.spec?.url === source?.spec.url &&
      kustomization?.spec?.path === "./base";
  },
  async run(context) {
    const kube = await requireKube(context);
    const { manifest } = await context.release();
    for (const object of sourceObjects(manifest.config, context.mirrors)) {
      await kube.apply(object, { force: true });
    }
    context.say(`Flux installs release ${manifest.version}`);
  },
};
