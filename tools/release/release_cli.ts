import { resolve } from "node:path/posix";
import { EXIT, type ExitCode, UsageError } from "../../agent/cli/command.ts";
import { parseChoice, parseMirrors, parseOptions } from "../../agent/cli/options.ts";
import { errorText } from "../../agent/error.ts";
import { RELEASE_REPOSITORY } from "../../agent/release/mod.ts";
import type { TrustedKey } from "../../agent/trust/public_key.ts";
import { RELEASE_KEYS, type ReleaseKey } from "../../agent/trust/release_keys.ts";
import { NetworkError } from "../../agent/net/errors.ts";
import { readReleasedAgent } from "./agent_offer.ts";
import { buildRelease } from "./build_release.ts";
import { guardChannel, refuseChannelAsVersion } from "./channel_guard.ts";
import { failureHint } from "./failure_hint.ts";
import { readOrigin } from "./git_origin.ts";
import { type OciArtifact, toReference } from "./oci_artifact.ts";
import { readLayout, writeLayout } from "./oci_layout.ts";
import { moveChannel, pushRelease } from "./push_release.ts";
import { readVerifyingKeys } from "./key_files.ts";
import {
  CHANNELS,
  createReader,
  createWriter,
  HELM_OPTION,
  oneWord,
  REGISTRY_OPTIONS,
} from "./release_options.ts";
import { diff, promote, sign } from "./trust_commands.ts";
import { RELEASE_HELP } from "./release_help.ts";
import { ReleaseError } from "./release_error.ts";
import { chooseHelm, type Helm, NO_HELM } from "./render_chart.ts";
import { parseReleaseSpec } from "./release_spec.ts";
import { findingText, notMovedText } from "./tell_findings.ts";
import { verifyRelease } from "./verify_release.ts";

/** What the tool may use of its surroundings; tests pass their own. */
export interface Surroundings {
  /** Data goes here. */
  out(text: string): void;
  /** Talk and errors go here. */
  err(text: string): void;
  /** Relative paths are meant from here. */
  folder: string;
  /** Where `.docker/config.json` lies. */
  home: string;
  /** The publisher's keys; those of the agent unless a test brings its own. */
  releaseKeys?: readonly ReleaseKey[];
  /** The helm program; without it the one that is installed. */
  helm?: string;
}

const repo = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

/** `deno task release …`; gives the exit code and never throws for what a person can fix. */
export async function runReleaseCli(args: readonly string[], around: Surroundings): Promise<ExitCode> {
  const [command, ...rest] = args;
  try {
    if (command === undefined) {
      throw new UsageError("Name what to do: build, push, sign, verify, promote or diff");
    }
    if (command === "--help" || command === "-h" || rest.includes("--help") || rest.includes("-h")) {
      around.out(RELEASE_HELP);
      return EXIT.ok;
    }
    if (command === "build") return await build(rest, around);
    if (command === "push") return await push(rest, around);
    if (command === "sign") return await sign(rest, around);
    if (command === "verify") return await verify(rest, around);
    if (command === "promote") return await promote(rest, around);
    if (command === "diff") return await diff(rest, around);
    throw new UsageError(`"${command}" is unknown: build, push, sign, verify, promote or diff`);
  } catch (error) {
    if (error instanceof UsageError) {
      around.err(`${error.message}\nMore: deno task release --help\n`);
      return EXIT.usage;
    }
    if (!(error instanceof ReleaseError) && !(error instanceof NetworkError)) throw error;
    around.err(`${errorText(error)}\n→ ${failureHint(error)}\n`);
    return EXIT.error;
  }
}

async function build(args: readonly string[], { out, folder }: Surroundings): Promise<ExitCode> {
  const { values, positionals } = parseOptions({
    args: [...args],
    allowPositionals: true,
    options: {
      out: { type: "string" },
      topology: { type: "string", default: `${repo}/flux` },
      chart: { type: "string", multiple: true, default: [] },
      agent: { type: "string" },
      commit: { type: "string" },
      created: { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  const file = oneWord(positionals, "the release file");
  const text = await Deno.readTextFile(resolve(folder, file)).catch((cause) => {
    throw new ReleaseError(`Cannot read "${file}"`, "Name the release file; --help shows an example", {
      cause,
    });
  });
  const spec = parseReleaseSpec(text, `"${file}"`);
  const topologyDir = resolve(folder, values.topology);
  const chartDirs = [...await chartsOf(topologyDir), ...values.chart.map((it) => resolve(folder, it))];
  const origin = await readOrigin([`${topologyDir}/base`, `${topologyDir}/profiles`, ...chartDirs], values);
  const agent = values.agent === undefined
    ? undefined
    : await readReleasedAgent(resolve(folder, values.agent));
  const { manifest, artifacts } = await buildRelease(spec, {
    topologyDir,
    chartDirs,
    origin,
    ...(agent && { agent }),
  });
  const dir = values.out === undefined ? `${repo}/.out/release/${spec.version}` : resolve(folder, values.out);
  await writeLayout(dir, artifacts);
  if (values.json) out(`${JSON.stringify({ dir, artifacts: artifacts.map(toRow), manifest })}\n`);
  else out(`${artifacts.map((it) => `${it.digest}  ${toReference(it.place)}\n`).join("")}${dir}\n`);
  return EXIT.ok;
}

async function push(args: readonly string[], around: Surroundings): Promise<ExitCode> {
  const { out, err, folder, home, releaseKeys = RELEASE_KEYS } = around;
  const { values, positionals } = parseOptions({
    args: [...args],
    allowPositionals: true,
    options: {
      ...REGISTRY_OPTIONS,
      helm: HELM_OPTION,
      channel: { type: "string" },
    },
  });
  const dir = oneWord(positionals, "the folder that build made");
  const mirrors = parseMirrors(values["registry-mirror"]);
  const channel = values.channel === undefined
    ? undefined
    : parseChoice("--channel", values.channel, CHANNELS);
  const writer = await createWriter(mirrors, { folder, home, authFile: values["auth-file"] });
  const artifacts = await readLayout(resolve(folder, dir));
  const pointer = artifacts.find((it) => it.place.repository === RELEASE_REPOSITORY);
  if (pointer === undefined) {
    throw new ReleaseError(`"${dir}" has no release pointer`, "Build the release again");
  }
  refuseChannelAsVersion(pointer);
  if (channel !== undefined) await guardChannel(mirrors, channel, releaseKeys);
  const helm = channel === undefined ? undefined : await chooseHelm(values.helm, around);
  const pushed = [];
  for await (const it of pushRelease(writer, artifacts)) {
    pushed.push(it);
    if (!values.json) out(`${it.status.padEnd(9)} ${it.digest}  ${it.reference}\n`);
  }
  if (channel !== undefined) {
    err(`Looking at everything that the release names before "${channel}" moves\n`);
    if (!await verifyInto(pointer.place.tag, { mirrors, helm, out: values.json ? err : out, err })) {
      err(notMovedText(channel));
      return EXIT.error;
    }
    const moved = await moveChannel(writer, pointer, channel);
    pushed.push(moved);
    if (!values.json) out(`${moved.status.padEnd(9)} ${moved.digest}  ${moved.reference}\n`);
  }
  if (values.json) out(`${JSON.stringify({ pushed })}\n`);
  return EXIT.ok;
}

async function verify(args: readonly string[], around: Surroundings): Promise<ExitCode> {
  const { out, err, folder, releaseKeys } = around;
  const { values, positionals } = parseOptions({
    args: [...args],
    allowPositionals: true,
    options: {
      "registry-mirror": REGISTRY_OPTIONS["registry-mirror"],
      helm: HELM_OPTION,
      key: { type: "string", multiple: true, default: [] },
      json: REGISTRY_OPTIONS.json,
    },
  });
  const reference = oneWord(positionals, "a version, a channel or a digest");
  const mirrors = parseMirrors(values["registry-mirror"]);
  const keys = await readVerifyingKeys(folder, values.key, releaseKeys);
  const helm = await chooseHelm(values.helm, around);
  const isGood = await verifyInto(reference, { mirrors, keys, helm, out, err, json: values.json });
  return isGood ? EXIT.ok : EXIT.error;
}

/** Prints every finding; tells whether all are good. */
async function verifyInto(
  reference: string,
  { mirrors, keys = [], helm, out, err, json = false }: {
    mirrors: Readonly<Record<string, string>>;
    keys?: readonly TrustedKey[];
    helm: Helm | undefined;
    out: (text: string) => void;
    err: (text: string) => void;
    json?: boolean;
  },
): Promise<boolean> {
  if (!helm) err(`${NO_HELM}\n`);
  const client = createReader(mirrors);
  const findings = [];
  try {
    for await (const it of verifyRelease(client, reference, { keys, helm })) {
      findings.push(it);
      if (!json) out(findingText(it));
    }
  } finally {
    client.close();
  }
  const failed = findings.filter((it) => !it.ok).length;
  if (json) out(`${JSON.stringify({ reference, ok: failed === 0, findings })}\n`);
  else out(`${findings.length - failed} of ${findings.length} are as they should be\n`);
  return failed === 0;
}

async function chartsOf(topologyDir: string): Promise<string[]> {
  const dirs: string[] = [];
  try {
    for await (const it of Deno.readDir(`${topologyDir}/charts`)) {
      if (it.isDirectory) dirs.push(`${topologyDir}/charts/${it.name}`);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return dirs.sort();
}

function toRow({ place, digest }: OciArtifact): { reference: string; digest: string } {
  return { reference: toReference(place), digest };
}
