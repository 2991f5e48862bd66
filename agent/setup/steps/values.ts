import { NAMESPACES, SECRETS } from "../../product/names.ts";
import { randomBytes } from "node:crypto";
import * as z from "zod";
import { AgentError } from "../../error.ts";
import { SOURCE_NAME } from "../../../flux/source_objects.ts";
import { privilegedNamespace } from "../../../k8s/storage/local_path_manifests.ts";
import { KINDS, type KubeClient } from "../../../k8s/mod.ts";
import { readStateFile, writeStateFile } from "../../state/json_file.ts";
import { PATHS } from "../../state/paths.ts";
import type { Step, StepContext } from "../step.ts";
import { INITIAL_TENANT, isPasswordForgotten, PASSWORD_KEY } from "../initial_password.ts";
import { valuesObjects } from "../values_objects.ts";
import { isProxySecretCurrent, writeProxySecret } from "../worker_proxy.ts";
import { requireKube } from "./cluster.ts";
import { encodeSecret, readSecret } from "./secret_data.ts";

/** Secrets that are made here and nowhere else. */
export const Generated = z.object({ algaAuthKey: z.string().min(40), statusToken: z.string().min(24) });
const TENANT_KEYS = [
  "INITIAL_TENANT_NAME",
  "INITIAL_ADMIN_FIRST_NAME",
  "INITIAL_ADMIN_LAST_NAME",
  "INITIAL_ADMIN_EMAIL",
  PASSWORD_KEY,
];

/** Writes settings and secrets before Flux may look for them. */
export const valuesStep: Step = {
  id: "values",
  title: "Write settings and secrets",
  failure: {
    category: "app-bootstrap",
    cannot: "Settings and secrets could not be written",
    nextAction: 'Try again; if it stays, enter the answers again on the page "Set up" and send the form',
  },
  installState: { status: "runtime-values", phase: "setup" },
  async look(context) {
    const kube = await requireKube(context);
    for (const wanted of valuesObjects(await context.release(), context.inputs)) {
      const found = await kube.get({
        resource: KINDS.ConfigMap,
        namespace: NAMESPACES.settings,
        name: wanted.metadata.name,
      });
      if (
        Object.entries(wanted.data as Record<string, string>).some(([key, value]) =>
          found?.data?.[key] !== value
        )
      ) return false;
    }
    return await tenantIsWritten(context, kube) && await isProxySecretCurrent(kube, context.inputs) &&
      await hasKeys(kube, NAMESPACES.app, SECRETS.shared, ["ALGA_AUTH_KEY"]) &&
      await hasKeys(kube, NAMESPACES.status, SECRETS.statusAuth, ["token"]) &&
      await hasKeys(kube, NAMESPACES.app, SECRETS.licenceSeed, ["EDITION_CHOICE"]);
  },
  async act(context) {
    const { say } = context;
    const kube = await requireKube(context);
    await kube.apply(privilegedNamespace(NAMESPACES.app), { force: true });
    await kube.apply(privilegedNamespace(NAMESPACES.status), { force: true });
    // Not applied: an object without a field of ours is changed by every second apply of a real server.
    if (!await kube.get({ resource: KINDS.Namespace, name: NAMESPACES.settings })) {
      await kube.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACES.settings } });
    }

    // Secrets first, and each only where it is missing: a value that was once used is never replaced.
    const generated = await generateOnce(context, kube);
    await addMissing(kube, NAMESPACES.app, SECRETS.shared, { ALGA_AUTH_KEY: generated.algaAuthKey });
    await addMissing(kube, NAMESPACES.status, SECRETS.statusAuth, { token: generated.statusToken });
    await addMissing(kube, NAMESPACES.app, SECRETS.licenceSeed, { EDITION_CHOICE: "ee" });
    await writeTenant(context, kube);
    await writeProxySecret(kube, context.inputs);
    for (const object of valuesObjects(await context.release(), context.inputs)) {
      await kube.apply(object, { force: true });
    }
    say("Settings and secrets are in place");
  },
};

/** The first company; `undefined` once its password is needed and has left this machine. */
function tenantOf({ inputs }: StepContext, isForgotten: boolean): Record<string, string> | undefined {
  const tenant = {
    INITIAL_TENANT_NAME: inputs.tenantName,
    INITIAL_ADMIN_FIRST_NAME: inputs.adminFirstName,
    INITIAL_ADMIN_LAST_NAME: inputs.adminLastName,
    INITIAL_ADMIN_EMAIL: inputs.adminEmail,
  };
  if (isForgotten) return tenant;
  return inputs.adminPassword === undefined ? undefined : { ...tenant, [PASSWORD_KEY]: inputs.adminPassword };
}

/** A password that was removed after its use is not a loss. @see isPasswordForgotten */
async function tenantIsWritten(context: StepContext, kube: KubeClient): Promise<boolean> {
  const found = await kube.get(INITIAL_TENANT);
  const isForgotten = isPasswordForgotten(found);
  const needed = TENANT_KEYS.filter((it) => it !== PASSWORD_KEY || !isForgotten);
  if (!needed.every((it) => found?.data?.[it] !== undefined)) return false;
  const wanted = tenantOf(context, isForgotten);
  if (wanted === undefined || isForgotten || await isConsumed(kube)) return true;
  return Object.entries(encodeSecret(wanted)).every(([key, value]) => found?.data?.[key] === value);
}

/** Until Flux has the release, nobody has read the first company, and answers that were given again count. Later it stays. */
async function writeTenant(context: StepContext, kube: KubeClient): Promise<void> {
  if (await tenantIsWritten(context, kube)) return;
  const isForgotten = isPasswordForgotten(await kube.get(INITIAL_TENANT));
  const wanted = tenantOf(context, isForgotten);
  if (!wanted) {
    throw new AgentError("VALUES_FAILED", "The administrator's password is no longer here", {
      hint: 'Enter the answers again on the page "Set up" and send the form',
      retrySafe: false,
    });
  }
  await addMissing(kube, NAMESPACES.app, SECRETS.initialTenant, wanted);
  if (!isForgotten && !await isConsumed(kube)) {
    await kube.patch(INITIAL_TENANT, { data: encodeSecret(wanted) });
  }
}

async function isConsumed(kube: KubeClient): Promise<boolean> {
  const release = { resource: KINDS.Kustomization, namespace: NAMESPACES.flux, name: SOURCE_NAME };
  return await kube.get(release) !== undefined;
}

/** Made once and on disk before they are used, so that a kill in between does not make others. */
async function generateOnce(
  { host, clock }: StepContext,
  kube: KubeClient,
): Promise<z.infer<typeof Generated>> {
  const kept = await readStateFile(host, PATHS.generatedSecrets, Generated, { clock, schemaVersion: 1 });
  if (kept.status === "ok") return kept.value;
  const generated = {
    algaAuthKey: (await readSecret(kube, NAMESPACES.app, SECRETS.shared))?.ALGA_AUTH_KEY ??
      randomBytes(32).toString("base64url"),
    statusToken: (await readSecret(kube, NAMESPACES.status, SECRETS.statusAuth))?.token ??
      randomBytes(32).toString("base64url"),
  };
  await writeStateFile(host, PATHS.generatedSecrets, generated, 1);
  return generated;
}

async function hasKeys(
  kube: KubeClient,
  namespace: string,
  name: string,
  keys: readonly string[],
): Promise<boolean> {
  const found = await readSecret(kube, namespace, name);
  return keys.every((it) => found?.[it] !== undefined);
}

/** Adds keys that a Secret does not have; what it has stays, whoever wrote it. */
async function addMissing(
  kube: KubeClient,
  namespace: string,
  name: string,
  wanted: Record<string, string>,
): Promise<void> {
  const existing = await readSecret(kube, namespace, name);
  const missing = Object.entries(wanted).filter(([key]) => existing?.[key] === undefined);
  if (existing && missing.length === 0) return;
  const data = encodeSecret(Object.fromEntries(missing));
  if (existing) {
    await kube.patch({ resource: KINDS.Secret, namespace, name }, { data });
    return;
  }
  await kube.create({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace },
    type: "Opaque",
    data,
  });
}
