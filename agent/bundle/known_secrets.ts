import { Buffer } from "node:buffer";
import { parse } from "yaml";
import { errorText } from "../error.ts";
import { HELM_RELEASES } from "../product/helm_releases.ts";
import { COMPONENTS } from "../product/components.ts";
import { NAMESPACES } from "../product/names.ts";
import { withTimeout } from "../signals.ts";
import { PATHS, SECRET_FILES } from "../state/paths.ts";
import { type KnownValue, type KnownValues, knownValues } from "../text/redact/known_values.ts";
import { isSecretKey } from "../text/redact/secret_keys.ts";
import { KINDS, type KubeObject } from "../../k8s/mod.ts";
import type { Sources } from "./collector.ts";

const READ_MS = 10_000;
const FILE_BYTES = 1024 * 1024;
/** Larger ones are archives and files, of which no log quotes a whole. */
const VALUE_BYTES = 64 * 1024;

/** Files of which every text is secret, and where it is not. */
const TOKEN_FILES: readonly (readonly [path: string, rule: string])[] = [
  [PATHS.setupToken, "K.setup-token"],
  ["/var/lib/rancher/k3s/server/token", "K.k3s-token"],
  ["/var/lib/rancher/k3s/server/agent-token", "K.k3s-token"],
  ["/var/lib/rancher/k3s/server/node-token", "K.k3s-token"],
];
/** Of our own files: fields that are secret under names that say it here only. The others tell of sessions what may be told. */
const SECRET_FIELDS: Readonly<Record<string, readonly string[]>> = {
  [PATHS.sessions]: ["idHash", "csrfToken", "credentialMark"],
  [PATHS.credential]: ["salt", "hash"],
  [PATHS.selfSigned]: ["key"],
};
const STRUCTURED_FILES: readonly (readonly [path: string, rule: string])[] = [
  ...SECRET_FILES.filter((it) => it !== PATHS.setupToken).map((it) => [it, "K.agent"] as const),
  [PATHS.kubeconfig, "K.kubeconfig"],
  [PATHS.k3sConfig, "K.k3s-token"],
  [PATHS.k3sRegistries, "K.registry"],
];
const ENVIRONMENT_FILES = [PATHS.k3sEnvironment, "/etc/environment"] as const;

/** Every secret that the agent can read, so that it is found wherever it stands. What cannot be read is told. */
export async function readKnownSecrets(
  sources: Pick<Sources, "host" | "connectKube">,
  { signal, limitMs = READ_MS }: { signal: AbortSignal; limitMs?: number | undefined },
): Promise<{ known: KnownValues; problems: string[] }> {
  const values: KnownValue[] = [];
  const problems: string[] = [];
  const attempt = async (what: string, act: () => Promise<void>) => {
    await act().catch((error) => void problems.push(`${what}: ${errorText(error)}`));
  };
  const read = (path: string) => sources.host.readText(path, { maxBytes: FILE_BYTES });
  for (const [path, rule] of TOKEN_FILES) {
    await attempt(path, async () => {
      for (const value of (await read(path) ?? "").split(/\s+/)) {
        values.push({ rule, key: "token", value });
        // "K10…::server:password": the last part opens the door as well.
        if (value.includes("::")) values.push({ rule, key: "token", value: value.split(":").at(-1) ?? "" });
      }
    });
  }
  for (const [path, rule] of STRUCTURED_FILES) {
    await attempt(path, async () => {
      const fields = SECRET_FIELDS[path];
      const isSecret = path === PATHS.generatedSecrets
        ? () => true
        : fields === undefined
        ? isSecretKey
        : (key: string) => fields.includes(key);
      values.push(
        ...secretsIn(parse(await read(path) ?? "", { maxAliasCount: 50 }), { rule, key: "", isSecret }),
      );
    });
  }
  // The site's own, which is no document of fields.
  await attempt(PATHS.siteCertificateKey, async () => {
    values.push({ rule: "K.agent", key: "key", value: await read(PATHS.siteCertificateKey) ?? "" });
  });
  for (const path of ENVIRONMENT_FILES) {
    await attempt(
      path,
      async () => values.push(...environmentSecrets(await read(path) ?? "")) as unknown as void,
    );
  }
  await attempt("Secrets of Kubernetes", async () => {
    const kube = await sources.connectKube();
    await kube?.list(KINDS.Secret, {
      limit: 20,
      signal: withTimeout(limitMs, signal),
      each: (it) => values.push(...secretValues(it)),
    });
  });
  const names = [
    ...COMPONENTS.flatMap((it) => [it.name, it.object]),
    ...HELM_RELEASES,
    ...Object.values(NAMESPACES),
  ];
  return { known: knownValues(values, names), problems };
}

/** The values of a Secret, without what Helm keeps in some: releases as a whole. */
function secretValues(secret: KubeObject): KnownValue[] {
  if (String(secret.type ?? "").startsWith("helm.sh/")) return [];
  return Object.entries(secret.data ?? {}).flatMap(([key, encoded]) => {
    if (typeof encoded !== "string" || encoded.length > VALUE_BYTES * 1.4) return [];
    const value = Buffer.from(encoded, "base64").toString("utf8");
    return [{ rule: "K.kube-secret", key, value }, ...inside(value, "K.kube-secret")];
  });
}

/** Secrets inside a value that is a document of its own: a pull secret, a kubeconfig, an address with a password. */
function inside(text: string, rule: string): KnownValue[] {
  const found = urlPasswords(text, rule);
  if (!/^\s{0,20}[{[]/.test(text)) return found;
  try {
    return [...found, ...secretsIn(JSON.parse(text), { rule, key: "", isSecret: isSecretKey })];
  } catch {
    return found; // it only looked like JSON
  }
}

/** The texts of a document that stand under a name for secrets. */
function secretsIn(
  value: unknown,
  { rule, key, isSecret }: { rule: string; key: string; isSecret: (key: string) => boolean },
): KnownValue[] {
  if (typeof value === "string") {
    const own = isSecret(key) ? [{ rule, key, value }] : [];
    const decoded = key.endsWith("-data") ? Buffer.from(value, "base64").toString("utf8") : "";
    return [...own, ...urlPasswords(value, rule), ...(decoded === "" ? [] : [{ rule, key, value: decoded }])];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, it]) =>
    secretsIn(it, { rule, key: Array.isArray(value) ? key : name, isSecret })
  );
}

function environmentSecrets(text: string): KnownValue[] {
  return text.split("\n").flatMap((line) => {
    const [, key = "", value = ""] = /^\s{0,20}(?:export )?([\w]{1,200})=["']?([^"']*)/.exec(line) ?? [];
    const own = isSecretKey(key) ? [{ rule: "K.proxy", key, value }] : [];
    return [...own, ...urlPasswords(value, "K.proxy")];
  });
}

function urlPasswords(text: string, rule: string): KnownValue[] {
  if (!text.includes("://") || text.length > 4_000) return [];
  return [...text.matchAll(/:\/\/[^\s:/@]{0,200}:([^\s@/]{1,500})@/g)].flatMap(([, raw = ""]) => {
    const decoded = tryDecode(raw);
    return [raw, ...(decoded === raw ? [] : [decoded])].map((value) => ({ rule, key: "password", value }));
  });
}

function tryDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
