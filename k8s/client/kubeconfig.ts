import { parse } from "yaml";
import * as z from "zod";
import { AgentError, errorText } from "../../agent/error.ts";

/** How to reach one API server and who we are there. PEM texts, never paths. */
export interface Kubeconfig {
  server: string;
  caPem: string | undefined;
  clientCertificatePem: string | undefined;
  clientKeyPem: string | undefined;
  token: string | undefined;
}

const Context = z.object({ cluster: z.string(), user: z.string() });

const Cluster = z.object({
  server: z.url({ protocol: /^https?$/ }),
  "certificate-authority-data": z.string().optional(),
  "certificate-authority": z.string().optional(),
});

const User = z.object({
  "client-certificate-data": z.string().optional(),
  "client-certificate": z.string().optional(),
  "client-key-data": z.string().optional(),
  "client-key": z.string().optional(),
  token: z.string().optional(),
});

const File = z.object({
  "current-context": z.string(),
  contexts: z.array(z.object({ name: z.string(), context: Context })),
  clusters: z.array(z.object({ name: z.string(), cluster: Cluster })),
  users: z.array(z.object({ name: z.string(), user: User })),
});

/** Reads a file that a kubeconfig names: a path, relative to the kubeconfig's folder where it is not absolute. */
export type ReadNamedFile = (path: string) => Promise<string | undefined>;

/**
 * A kubeconfig of the shape that k3s writes, or one that names files in place of embedded data.
 * @throws {AgentError} KUBE_API naming the wrong field, never its value.
 */
export async function readKubeconfig(text: string, readFile: ReadNamedFile): Promise<Kubeconfig> {
  const { cluster, user } = current(text);
  const files = new Map<string, string>();
  const named = {
    "certificate-authority": cluster["certificate-authority"],
    "client-certificate": user["client-certificate"],
    "client-key": user["client-key"],
  };
  for (const [field, path] of Object.entries(named)) {
    if (path !== undefined) files.set(path, await readPem(path, field, readFile));
  }
  return parseKubeconfig(text, files);
}

/** One whose data is embedded; `files` are those that it names, by path. @throws {AgentError} KUBE_API as {@link readKubeconfig} */
export function parseKubeconfig(text: string, files: ReadonlyMap<string, string> = new Map()): Kubeconfig {
  const { cluster, user } = current(text);
  const pem = (from: Record<string, string | undefined>, field: string) => {
    const data = from[`${field}-data`];
    if (data !== undefined) return decodeBase64(data, `${field}-data`);
    const path = from[field];
    if (path !== undefined && !files.has(path)) throw invalid(`field "${field}" names a file`);
    return path === undefined ? undefined : files.get(path);
  };
  return {
    server: cluster.server.replace(/(?<!\/)\/+$/, ""),
    caPem: pem(cluster, "certificate-authority"),
    clientCertificatePem: pem(user, "client-certificate"),
    clientKeyPem: pem(user, "client-key"),
    token: user.token,
  };
}

function current(text: string): { cluster: z.infer<typeof Cluster>; user: z.infer<typeof User> } {
  let json: unknown;
  try {
    json = parse(text, { logLevel: "error" });
  } catch {
    throw invalid("it is not YAML"); // the parser would quote the line, which may be a key
  }
  const parsed = File.safeParse(json);
  if (!parsed.success) throw invalid(`field "${parsed.error.issues[0]?.path.join(".")}" is missing or wrong`);
  const file = parsed.data;
  const context = pick(file.contexts, file["current-context"], "context").context;
  return {
    cluster: pick(file.clusters, context.cluster, "cluster").cluster,
    user: pick(file.users, context.user, "user").user,
  };
}

function pick<T extends { name: string }>(items: T[], name: string, field: string): T {
  const found = items.find((it) => it.name === name);
  if (!found) throw invalid(`it has no ${field} "${name}"`);
  return found;
}

function decodeBase64(data: string, field: string): string {
  try {
    return atob(data.replaceAll(/\s/g, ""));
  } catch {
    throw invalid(`field "${field}" is not base64`);
  }
}

async function readPem(path: string, field: string, readFile: ReadNamedFile): Promise<string> {
  const text = await readFile(path).catch((cause) => {
    throw invalid(`the file of "${field}" cannot be read: ${errorText(cause)}`);
  });
  if (text === undefined) throw invalid(`the file of "${field}" does not exist`);
  return text;
}

function invalid(why: string): AgentError {
  return new AgentError("KUBE_API", `The kubeconfig cannot be used: ${why}`, {
    hint: "Restart k3s, which writes it again: sudo systemctl restart k3s",
  });
}
