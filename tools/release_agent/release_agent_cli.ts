import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { AgentReleaseError } from "./agent_release_error.ts";
import { buildAgentRelease, type Target, TARGETS } from "./build_agent_release.ts";
import { cutChangelog } from "./changelog.ts";
import { RELEASE_AGENT_HELP } from "./help.ts";
import { verifyAgentRelease } from "./verify_agent_release.ts";

/** What the tool uses of its surroundings; tests pass their own. */
export interface ReleaseSurroundings {
  /** The checkout. */
  repo: string;
  /** Relative paths are meant from here. */
  folder: string;
  /** Today in UTC, like 2026-11-26. */
  today: string;
  /** Data goes here. */
  out(text: string): void;
  /** Talk and errors go here. */
  err(text: string): void;
  /** The commit, its date, and what differs from it. */
  readCommit(): Promise<{ commit: string; committedAt: Date; changes: string[] }>;
  /** Makes the program of one architecture; a trial may take the fallback runtime. */
  compile(target: Target, path: string, options: { isTrial: boolean }): Promise<void>;
  /** The program's code, not minified. */
  bundle(): Promise<string>;
}

class UsageError extends Error {}

/** `deno task release-agent …`; gives the exit code and never throws for what a person can fix. */
export async function runReleaseAgentCli(
  args: readonly string[],
  around: ReleaseSurroundings,
): Promise<0 | 1 | 2> {
  try {
    const { values, positionals } = readArguments(args);
    if (values.help) {
      around.out(RELEASE_AGENT_HELP);
      return 0;
    }
    const [command, dir, ...more] = positionals;
    if (command === "verify" && dir !== undefined && more.length === 0) {
      return await verify(resolve(around.folder, dir), values.key, around);
    }
    if (command !== undefined) throw new UsageError(`"${positionals.join(" ")}" is not understood`);
    if (values.output === undefined && !values.cut) throw new UsageError("Name --output FOLDER or --cut");
    const date = values.date ?? around.today;
    if (!/^\d{4}-\d\d-\d\d$/.test(date)) throw new UsageError(`--date is like 2026-11-26, not "${date}"`);
    if (values.output !== undefined) await make(resolve(around.folder, values.output), values, around);
    if (values.cut) await cut(date, around);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      around.err(`${error.message}\nMore: deno task release-agent --help\n`);
      return 2;
    }
    if (!(error instanceof AgentReleaseError)) throw error;
    around.err(`${error.message}\n→ ${error.hint}\n`);
    return 1;
  }
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: args.filter((it) => it !== "--"),
      allowPositionals: true,
      options: {
        output: { type: "string" },
        key: { type: "string" },
        target: { type: "string", multiple: true, default: [...TARGETS] },
        trial: { type: "boolean", default: false },
        cut: { type: "boolean", default: false },
        date: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function make(
  dir: string,
  values: { target: string[]; key?: string | undefined; trial: boolean },
  around: ReleaseSurroundings,
): Promise<void> {
  const targets = [...new Set(values.target)].map((name) => {
    const target = TARGETS.find((it) => it === name);
    if (target === undefined) throw new UsageError(`--target must be ${TARGETS.join(" or ")}, not "${name}"`);
    return target;
  });
  const { commit, committedAt, changes } = await around.readCommit();
  if (changes.length > 0 && !values.trial) {
    throw new AgentReleaseError(
      `There are changes that are not committed:\n${changes.join("\n")}`,
      "Commit them, or try with --trial",
    );
  }
  const names = await buildAgentRelease({
    repo: around.repo,
    dir,
    targets,
    ...(values.key === undefined ? {} : { key: await readKey(values.key, around) }),
    commit: changes.length > 0 ? `${commit}-changed` : commit,
    committedAt,
    compile: (target, path) => around.compile(target, path, { isTrial: values.trial }),
    bundle: () => around.bundle(),
  });
  around.out(names.map((it) => `${dir}/${it}\n`).join(""));
  if (values.key === undefined) around.err("Not signed: no --key was given\n");
  if (values.trial) around.err("This is a trial: do not publish it\n");
}

async function cut(date: string, { repo, out }: ReleaseSurroundings): Promise<void> {
  const { version } = JSON.parse(await Deno.readTextFile(`${repo}/deno.json`));
  const path = `${repo}/CHANGELOG.md`;
  await Deno.writeTextFile(path, cutChangelog(await Deno.readTextFile(path), version, date));
  out(`${path}: ${version} (${date})\n`);
}

async function verify(
  dir: string,
  key: string | undefined,
  around: ReleaseSurroundings,
): Promise<0 | 1> {
  const problems = await verifyAgentRelease(dir, key === undefined ? undefined : await readKey(key, around));
  for (const it of problems) around.err(`${it}\n`);
  if (problems.length > 0) return 1;
  around.out(
    key === undefined
      ? "All files are as their checksums say. The signature was not checked: no --key was given\n"
      : "All files are as their checksums say, and the checksums are signed by this key\n",
  );
  return 0;
}

async function readKey(path: string, { folder }: ReleaseSurroundings): Promise<string> {
  try {
    return await Deno.readTextFile(resolve(folder, path));
  } catch (cause) {
    throw new AgentReleaseError(`Cannot read the key "${path}"`, "Name a file that you may read", { cause });
  }
}
