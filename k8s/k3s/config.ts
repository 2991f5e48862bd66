import { CLUSTER_DOMAIN, POD_CIDR, SERVICE_CIDR } from "../../agent/product/networks.ts";
import { stringify } from "yaml";
import type { Host } from "../../agent/host/host.ts";
import { PATHS } from "../../agent/state/paths.ts";

/** What k3s reads at start. */
export interface K3sSettings {
  /** Upstream DNS servers; pods use exactly these. */
  dnsServers: readonly string[];
  /** Registry host → endpoint, as containerd asks it. */
  mirrors: { readonly [host: string]: string };
  /** Registry or mirror host → login. */
  logins?: { readonly [host: string]: { username: string; password: string } };
  proxyUrl: string;
  noProxy: string;
  nodeAddresses: readonly string[];
  /** Secrets are encrypted in the datastore: from the first start, or never. */
  encryptSecrets: boolean;
}

/** One file of the k3s configuration. */
export interface ConfigFile {
  path: string;
  text: string;
  mode: number;
}

const NOTE = "# Written by alga-agent; it writes it again when you change it.\n";

/** Every file of the configuration. Pure. */
export function renderK3sConfig(settings: K3sSettings): ConfigFile[] {
  const config = {
    disable: ["traefik", "servicelb", "local-storage"],
    "write-kubeconfig-mode": "0600",
    // Without this k3s may fall back to a public resolver.
    "resolv-conf": PATHS.k3sResolvConf,
    ...(settings.encryptSecrets ? { "secrets-encryption": true } : {}),
  };
  const mirrors = Object.fromEntries(
    Object.entries(settings.mirrors).map(([host, url]) => [host, { endpoint: [url] }]),
  );
  const logins = Object.entries(settings.logins ?? {}).map(([host, auth]) => [host, { auth }] as const);
  const configs = logins.length === 0 ? {} : { configs: Object.fromEntries(logins) };
  return [
    { path: PATHS.k3sConfig, text: NOTE + stringify(config), mode: 0o600 },
    {
      path: PATHS.k3sResolvConf,
      text: settings.dnsServers.map((it) => `nameserver ${it}\n`).join(""),
      mode: 0o644,
    },
    { path: PATHS.k3sRegistries, text: NOTE + stringify({ mirrors, ...configs }), mode: 0o600 },
    // A slow disk needs longer than systemd's 90 s; its default then restarts k3s for ever.
    {
      path: "/etc/systemd/system/k3s.service.d/10-start-timeout.conf",
      text: "[Service]\nTimeoutStartSec=0\n",
      mode: 0o644,
    },
    // In a file of its own and not in the installer's environment: the proxy's address may hold a password.
    {
      path: PATHS.k3sEnvironment,
      text: Object.entries(proxyEnvironment(settings)).map(([key, value]) => `${key}=${value}\n`).join(""),
      mode: 0o600,
    },
    { path: "/var/lib/rancher/k3s/server/manifests/local-storage.yaml.skip", text: "", mode: 0o600 },
  ];
}

/** Proxy variables of k3s, kubelet and containerd; node addresses are not added by k3s itself. */
export function proxyEnvironment(
  settings: Pick<K3sSettings, "proxyUrl" | "noProxy" | "nodeAddresses">,
): Record<string, string> {
  if (settings.proxyUrl === "") return {};
  const own = [
    "127.0.0.1",
    "localhost",
    ...settings.nodeAddresses,
    POD_CIDR,
    SERVICE_CIDR,
    ".svc",
    `.${CLUSTER_DOMAIN}`,
    // Flux writes its own addresses with the final dot, and a proxy rule without it does not match them.
    `.${CLUSTER_DOMAIN}.`,
  ];
  const noProxy = [...settings.noProxy.split(/[\s,]+/).filter(Boolean), ...own];
  return {
    HTTP_PROXY: settings.proxyUrl,
    HTTPS_PROXY: settings.proxyUrl,
    NO_PROXY: [...new Set(noProxy)].join(","),
  };
}

/** Writes what differs and tells whether anything did: k3s reads these files at start only. */
export async function writeK3sConfig(host: Host, files: readonly ConfigFile[]): Promise<boolean> {
  let changed = false;
  for (const file of files) {
    if (await host.readText(file.path) === file.text) continue;
    await host.writeFile(file.path, file.text, { mode: file.mode });
    changed = true;
  }
  return changed;
}
