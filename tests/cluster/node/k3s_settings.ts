import { parse, YAMLParseError } from "yaml";
import { PATHS } from "../../../agent/state/paths.ts";

/** What the configuration of k3s says, as far as the node obeys it. */
export interface NodeSettings {
  /** File with the name servers for pods, as seen on this machine. */
  resolvConf: string;
  /** Registry host → base URLs. */
  mirrors: { readonly [host: string]: readonly string[] };
  /** Of the kubeconfig that k3s writes. */
  kubeconfigMode: number;
  /** Names of k3s' own parts that are not put into the cluster. */
  disabled: readonly string[];
  /** Secrets lie encrypted in the datastore. */
  encryptSecrets: boolean;
}

/** Settings, with what k3s says of keys that it does not know; or why it does not start. */
export type ReadSettings =
  | { ok: true; settings: NodeSettings; warnings: readonly string[] }
  /** `ends`: whether it ends with this word, or says it and waits. */
  | { ok: false; says: string; ends: boolean };

/** Every key of config.yaml that the node obeys. Any other is named, in the words that k3s has for one unknown to it. */
export const OBEYED_KEYS: readonly string[] = [
  "disable",
  "resolv-conf",
  "secrets-encryption",
  // Its form alone: nobody joins here, and nothing is locked with it.
  "token",
  "write-kubeconfig-mode",
];
const TOKEN_MALFORMED =
  "failed to normalize server token; must be in format K10<CA-HASH>::<USERNAME>:<PASSWORD> or <PASSWORD>";

/** Reads what k3s reads at its start, below a root. */
export async function readK3sSettings(root: string): Promise<ReadSettings> {
  const config = await readConfig(`${root}${PATHS.k3sConfig}`);
  // k3s says no file name either.
  if ("problem" in config) return { ok: false, ends: true, says: fatal(config.problem) };
  const { token } = config.value;
  if (token !== undefined && !isServerToken(String(token))) {
    return { ok: false, ends: true, says: fatal(TOKEN_MALFORMED) };
  }
  const registriesText = await Deno.readTextFile(`${root}${PATHS.k3sRegistries}`).catch(() => "mirrors: {}");
  const registries = tryYaml(registriesText);
  if ("problem" in registries) {
    const says = `Waiting to retrieve agent configuration; server is not ready: ${registries.problem}`;
    return { ok: false, ends: false, says: line("info", says) };
  }
  const mirrors: Record<string, string[]> = {};
  const declared = (registries.value.mirrors ?? {}) as Record<string, { endpoint?: string[] }>;
  const warnings = Object.keys(config.value).filter((it) => !OBEYED_KEYS.includes(it)).map((it) =>
    line("warning", `Unknown flag --${it} found in config.yaml, skipping`)
  );
  if (registries.value.configs !== undefined) {
    warnings.push(line("warning", "This stand-in for k3s obeys no configs of registries.yaml"));
  }
  for (const [host, { endpoint = [] }] of Object.entries(declared)) {
    const urls = endpoint.filter((it) => URL.canParse(it));
    for (const it of endpoint.filter((it) => !URL.canParse(it))) {
      warnings.push(line("warning", `Ignoring invalid endpoint URL ${it} for ${host}`));
    }
    mirrors[host] = urls;
    // k3s does not do this either; a plain-HTTP registry is only known as such by its mirror entry.
    for (const url of urls) mirrors[new URL(url).host] ??= [url];
  }
  const settings: NodeSettings = {
    resolvConf: `${root}${config.value["resolv-conf"] ?? "/etc/resolv.conf"}`,
    mirrors,
    kubeconfigMode: parseInt(String(config.value["write-kubeconfig-mode"] ?? "0600"), 8),
    disabled: [config.value.disable ?? []].flat().map(String),
    encryptSecrets: config.value["secrets-encryption"] === true,
  };
  return { ok: true, settings, warnings };
}

/** config.yaml, then the files of the folder beside it by name: the last value of a key counts. */
async function readConfig(path: string): Promise<{ value: Record<string, unknown> } | { problem: string }> {
  const files = [path];
  try {
    const names = [...Deno.readDirSync(`${path}.d`)].map((it) => it.name);
    files.push(...names.filter((it) => /\.ya?ml$/.test(it)).toSorted().map((it) => `${path}.d/${it}`));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const value: Record<string, unknown> = {};
  for (const file of files) {
    const read = tryYaml(await Deno.readTextFile(file).catch(() => ""));
    if ("problem" in read) return read;
    Object.assign(value, read.value);
  }
  return { value };
}

/** A password, or one with the mark of its authority before it; no kubeadm token. @see k3s-io/k3s pkg/clientaccess/token.go */
function isServerToken(token: string): boolean {
  if (/^[a-z0-9]{6}\.[a-z0-9]{16}$/.test(token)) return false;
  if (!token.startsWith("K10")) return token !== "";
  const rest = token.slice(3);
  const mark = rest.indexOf("::");
  const [, secret] = /^[^:]*:(.+)$/s.exec(mark < 0 ? rest : rest.slice(mark + 2)) ?? [];
  return secret !== undefined && (mark <= 0 || mark === 64);
}

/** A fatal word of k3s in the form in which it writes to the journal. */
export function fatal(message: string): string {
  return line("fatal", message);
}

function line(level: "info" | "warning" | "fatal", message: string): string {
  const at = new Date().toISOString().replace(/\.\d+Z$/, "Z");
  return `time="${at}" level=${level} msg=${JSON.stringify(message)}`;
}

/** The form and the line number are those of k3s' reader of YAML; what it expected there is said by ours. */
function tryYaml(text: string): { value: Record<string, unknown> } | { problem: string } {
  try {
    return { value: parse(text) ?? {} };
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    const [first = ""] = error.message.split("\n");
    const what = first.replace(/ at line \d+, column \d+:?$/, "");
    return { problem: `yaml: line ${error.linePos?.[0].line ?? 1}: ${what}` };
  }
}
