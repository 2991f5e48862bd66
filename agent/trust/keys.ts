import type { Host } from "../host/host.ts";
import { PATHS } from "../state/paths.ts";
import { MAX_KEY_CHARS, parsePublicKey, type TrustedKey } from "./public_key.ts";
import { RELEASE_KEYS, type ReleaseKey } from "./release_keys.ts";

/** More files than this are not read. */
const MAX_FILES = 16;

/** The keys whose signatures count here, and files that were to be keys and are not. */
export interface Keys {
  keys: readonly TrustedKey[];
  problems: readonly { name: string; problem: string }[];
}

/**
 * The keys of the publisher and those that this site put into /etc/alga-appliance/keys. A file that others may write, that is no
 * file or no key is passed over and named: it never keeps the other keys from counting.
 */
export async function readKeys(
  host: Pick<Host, "info" | "list" | "readText">,
  compiledIn: readonly ReleaseKey[] = RELEASE_KEYS,
): Promise<Keys> {
  const keys: TrustedKey[] = [];
  const problems: Keys["problems"][number][] = [];
  const take = (read: ReturnType<typeof parsePublicKey>) => {
    if ("problem" in read) problems.push(read);
    else if (!keys.some((it) => it.id === read.id)) keys.push(read);
  };
  for (const { name, text } of compiledIn) take(parsePublicKey(name, text));
  const names = (await host.list(PATHS.keyFolder))?.filter((it) => it.endsWith(".pub")) ?? [];
  const folder = names.length === 0 ? undefined : await host.info(PATHS.keyFolder);
  if (folder && isOpen(folder)) {
    const problem = `others than its owner may write into it; run: sudo chmod go-w ${PATHS.keyFolder}`;
    return { keys, problems: [{ name: PATHS.keyFolder, problem }] };
  }
  for (const name of names.slice(MAX_FILES)) {
    problems.push({ name, problem: `it is not read: there are more than ${MAX_FILES} files` });
  }
  for (const name of names.slice(0, MAX_FILES)) take(await readKey(host, name));
  return { keys, problems };
}

async function readKey(
  host: Pick<Host, "info" | "readText">,
  name: string,
): Promise<ReturnType<typeof parsePublicKey>> {
  const path = `${PATHS.keyFolder}/${name}`;
  const info = await host.info(path);
  if (info?.kind !== "file") return { name, problem: "it is not a regular file" };
  if (isOpen(info)) {
    return { name, problem: `others than its owner may write it; run: sudo chmod go-w ${path}` };
  }
  const text = await host.readText(path, { maxBytes: MAX_KEY_CHARS + 1 }).catch(() => undefined);
  return text === undefined ? { name, problem: "it cannot be read" } : parsePublicKey(name, text);
}

/** Whoever may write a key says what is believed. */
function isOpen({ mode, isOurs }: { mode: number; isOurs: boolean }): boolean {
  return !isOurs || (mode & 0o022) !== 0;
}
