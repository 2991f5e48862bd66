import { createHash } from "node:crypto";
import { proxyEnvironment } from "../../k8s/k3s/config.ts";
import type { KubeClient } from "../../k8s/mod.ts";
import type { Change } from "../operation/step.ts";
import { NAMESPACES } from "../product/names.ts";
import { KUBE_SERVICE_ADDRESS } from "../product/networks.ts";
import type { PodVariable } from "../release/render_values.ts";
import { applySecret, readSecret } from "./steps/secret_data.ts";

/** What of the answers the way of pods to a proxy depends on. */
export interface ProxyAnswers {
  appUrl: string;
  proxyUrl: string;
  noProxy: string;
}

/** Holds a proxy with its password for the pods that may be pointed to a Secret. Values lie in a ConfigMap, which is no place for it. */
const SECRET = { namespace: NAMESPACES.app, name: "alga-worker-proxy" };

/**
 * Variables of pods for the proxy; they reach each other and the application without it. A proxy with a password is pointed to, never
 * said. Pods do not follow a Secret: a mark of it, too short to guess by, makes a new password a new value.
 */
export function podEnvironment(answers: ProxyAnswers): Record<string, PodVariable> {
  const variables = plainEnvironment(answers);
  const secret = secretOf(answers);
  if (secret === undefined) return variables;
  return {
    ...variables,
    ...Object.fromEntries(Object.keys(secret).map((key) => [key, { secret: SECRET.name, key }])),
    ALGA_PROXY_MARK: createHash("sha256").update(answers.proxyUrl).digest("hex").slice(0, 4),
  };
}

/** Whether the Secret of the proxy says what it should; without a password there is none. */
export async function isProxySecretCurrent(kube: KubeClient, answers: ProxyAnswers): Promise<boolean> {
  const found = await readSecret(kube, SECRET.namespace, SECRET.name);
  const wanted = secretOf(answers);
  if (wanted === undefined) return found === undefined;
  return Object.entries(wanted).every(([key, value]) => found?.[key] === value);
}

/** What writing it would change; nothing of what it holds. */
export async function proxySecretChange(kube: KubeClient, answers: ProxyAnswers): Promise<Change[]> {
  if (await isProxySecretCurrent(kube, answers)) return [];
  return [{
    object: `Secret ${SECRET.namespace}/${SECRET.name}`,
    field: "HTTP_PROXY, HTTPS_PROXY",
    from: await readSecret(kube, SECRET.namespace, SECRET.name) === undefined ? undefined : "set",
    to: secretOf(answers) === undefined ? undefined : "set",
    isSecret: true,
  }];
}

/** Makes it so. */
export async function writeProxySecret(kube: KubeClient, answers: ProxyAnswers): Promise<void> {
  if (!await isProxySecretCurrent(kube, answers)) await applySecret(kube, SECRET, secretOf(answers));
}

function plainEnvironment({ appUrl, proxyUrl, noProxy }: ProxyAnswers): Record<string, string> {
  if (proxyUrl === "") return {};
  const nodeAddresses = [KUBE_SERVICE_ADDRESS, new URL(appUrl).hostname];
  return proxyEnvironment({ proxyUrl, noProxy, nodeAddresses });
}

function secretOf(answers: ProxyAnswers): Record<string, string> | undefined {
  if (answers.proxyUrl === "" || new URL(answers.proxyUrl).password === "") return undefined;
  const { NO_PROXY: _, ...secret } = plainEnvironment(answers);
  return secret;
}
