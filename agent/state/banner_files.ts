import { dirname } from "node:path/posix";
import type { Host } from "../host/host.ts";
import { MODE, PATHS } from "./paths.ts";

/** What stands before a login and after it, line by line. */
export interface Banner {
  lines: readonly string[];
  /** For who stands at the machine itself, so in no file that others may read. */
  secretLines: readonly string[];
}

const BEGIN = "--- Alga appliance (written by alga-agent) ---";
const END = "--- end of Alga appliance ---";
const PUBLIC_FILE = 0o644;

/** Writes all places; what stands around our block stays. Gives the first that could not be written. Never throws. */
export async function writeBanner(host: Host, { lines, secretLines }: Banner): Promise<string | undefined> {
  const issue = [...lines, ...secretLines].map((it) => it.replaceAll("\\", "\\\\")); // agetty(8) reads escapes
  let problem: string | undefined;
  const write = async (path: string, text: () => Promise<string>, mode: number) => {
    try {
      const wanted = await text();
      if (await host.readText(path) !== wanted) await host.writeFile(path, wanted, { mode });
    } catch (error) {
      problem ??= `${path}: ${error instanceof Error ? error.message : error}`;
    }
  };
  const folder = dirname(PATHS.issue);
  if (await host.info(folder).catch(() => undefined) === undefined) {
    await host.makeFolder(folder, { mode: MODE.publicFolder }).catch(() => {}); // the write tells
  }
  const whole = (them: readonly string[]) => () => Promise.resolve(`${them.join("\n")}\n\n`);
  await write(PATHS.issue, whole(issue), MODE.secretFile);
  await write(PATHS.banner, whole(lines), PUBLIC_FILE);
  await write(PATHS.motd, async () => withBlock(await host.readText(PATHS.motd) ?? "", lines), PUBLIC_FILE);
  return problem;
}

/** Takes everything of ours out again. */
export async function removeBanner(host: Host): Promise<void> {
  await host.remove(PATHS.issue);
  await host.remove(PATHS.banner);
  const motd = await host.readText(PATHS.motd);
  if (motd === undefined) return;
  const rest = withBlock(motd, []);
  if (rest !== motd) await host.writeFile(PATHS.motd, rest, { mode: PUBLIC_FILE });
}

/** A text with these lines as its block, in the place of an older one or at its end; without lines, without the block. */
export function withBlock(text: string, lines: readonly string[]): string {
  const all = text.split("\n");
  const begin = all.indexOf(BEGIN);
  const end = all.indexOf(END, begin);
  const block = lines.length === 0 ? [] : [BEGIN, ...lines, END];
  // Half a block is somebody else's doing: what follows its beginning is not known to be ours.
  const isWhole = begin >= 0 && end > begin;
  if (isWhole) return [...all.slice(0, begin), ...block, ...all.slice(end + 1)].join("\n");
  const others = all.filter((it) => it !== BEGIN && it !== END).join("\n");
  if (block.length === 0) return others;
  return `${others}${others === "" || others.endsWith("\n") ? "" : "\n"}${block.join("\n")}\n`;
}
