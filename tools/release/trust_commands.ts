import { resolve } from "node:path/posix";
import { EXIT, type ExitCode, UsageError } from "../../agent/cli/command.ts";
import { parseChoice, parseMirrors, parseOptions } from "../../agent/cli/options.ts";
import { isoNow, systemClock } from "../../agent/clock.ts";
import type { RegistryClient } from "../../agent/registry/registry.ts";
import { type ResolvedRelease, resolveRelease } from "../../agent/release/mod.ts";
import { channelRelease } from "./channel_guard.ts";
import { readSigningKey, readVerifyingKeys } from "./key_files.ts";
import { OCI_MANIFEST } from "./oci_artifact.ts";
import { pathFindings, promotionRecord } from "./promote_release.ts";
import type { Surroundings } from "./release_cli.ts";
import { releaseChanges } from "./release_diff.ts";
import { ReleaseError } from "./release_error.ts";
import {
  CHANNELS,
  createReader,
  createWriter,
  HELM_OPTION,
  oneWord,
  REGISTRY_OPTIONS,
} from "./release_options.ts";
import { chooseHelm, NO_HELM } from "./render_chart.ts";
import { signRelease } from "./sign_release.ts";
import { findingText, notMovedText } from "./tell_findings.ts";
import { type Finding, verifyRelease } from "./verify_release.ts";

/** `deno task release sign` */
export async function sign(args: readonly string[], { out, folder, home }: Surroundings): Promise<ExitCode> {
  const { values, positionals } = parseOptions({
    args: [...args],
    allowPositionals: true,
    options: { ...REGISTRY_OPTIONS, key: { type: "string" }, "password-file": { type: "string" } },
  });
  const reference = oneWord(positionals, "a version, a channel or a digest");
  const mirrors = parseMirrors(values["registry-mirror"]);
  const key = await readSigningKey(folder, { key: values.key, passwordFile: values["password-file"] });
  const writer = await createWriter(mirrors, { folder, home, authFile: values["auth-file"] });
  const client = createReader(mirrors);
  const signed = [];
  try {
    const release = await resolveRelease(client, { reference, channel: "stable" });
    for await (const it of signRelease({ client, writer, key }, release)) {
      signed.push(it);
      if (!values.json) out(`${it.status.padEnd(10)} ${it.digest}  ${it.reference}\n`);
    }
  } finally {
    client.close();
  }
  if (values.json) out(`${JSON.stringify({ signed })}\n`);
  return EXIT.ok;
}

/** `deno task release promote` */
export async function promote(args: readonly string[], around: Surroundings): Promise<ExitCode> {
  const { out, err, folder, home, releaseKeys } = around;
  const { values, positionals } = parseOptions({
    args: [...args],
    allowPositionals: true,
    options: {
      ...REGISTRY_OPTIONS,
      helm: HELM_OPTION,
      "without-helm": { type: "boolean", default: false },
      channel: { type: "string", default: "stable" },
      key: { type: "string", multiple: true, default: [] },
      by: { type: "string", default: "" },
      record: { type: "string", default: "promotions.jsonl" },
    },
  });
  const reference = oneWord(positionals, "a version, a channel or a digest");
  const channel = parseChoice("--channel", values.channel, CHANNELS);
  if (values.by === "") throw new UsageError("Say who promotes it: --by NAME");
  const keys = await readVerifyingKeys(folder, values.key, releaseKeys);
  if (keys.length === 0) {
    throw new ReleaseError("No key is known to verify with", "Name the file of the public key: --key FILE");
  }
  const helm = values["without-helm"] ? undefined : await chooseHelm(values.helm, around);
  if (!helm && !values["without-helm"]) {
    throw new ReleaseError(NO_HELM, "To promote what only was read: --without-helm");
  }
  const mirrors = parseMirrors(values["registry-mirror"]);
  const client = createReader(mirrors);
  try {
    const to = await resolveRelease(client, { reference, channel: "stable" });
    const from = await channelRelease(client, channel);
    const findings: Finding[] = pathFindings(from, to);
    for await (const it of verifyRelease(client, to.manifestDigest, { keys, helm })) findings.push(it);
    const wrong = findings.filter((it) => !it.ok);
    for (const it of wrong) err(findingText(it));
    if (wrong.length > 0) {
      err(notMovedText(channel));
      return EXIT.error;
    }
    const isThere = from?.manifestDigest === to.manifestDigest;
    if (!isThere) {
      await move(client, {
        to,
        channel,
        writer: await createWriter(mirrors, { folder, home, authFile: values["auth-file"] }),
      });
    }
    const line = promotionRecord({ at: isoNow(systemClock), by: values.by, channel, from, to, helm });
    if (!isThere) await Deno.writeTextFile(resolve(folder, values.record), line, { append: true });
    if (values.json) out(isThere ? `${JSON.stringify({ moved: false })}\n` : line);
    else {out(
        `${channel}: ${from?.manifest.version ?? "nothing"} → ${to.manifest.version}${
          isThere ? " (was there)" : ""
        }\n`,
      );}
    return EXIT.ok;
  } finally {
    client.close();
  }
}

/** Points the channel at the very bytes that were verified. */
async function move(
  client: RegistryClient,
  { to, channel, writer }: {
    to: ResolvedRelease;
    channel: string;
    writer: Awaited<ReturnType<typeof createWriter>>;
  },
): Promise<void> {
  const { registryHost: host, repository, manifestDigest } = to;
  const { bytes, mediaType } = await client.fetchManifest(host, repository, manifestDigest);
  if (mediaType !== OCI_MANIFEST) {
    throw new ReleaseError(
      `The pointer is of the type ${mediaType}`,
      "Build and push it with this tool: it moves what it made",
    );
  }
  await writer.pushManifest(host, repository, channel, bytes);
  const found = await writer.fetchDigest(host, repository, channel);
  if (found !== manifestDigest) {
    throw new ReleaseError(`"${channel}" reads back as ${found ?? "nothing"}`, "Promote again");
  }
}

/** `deno task release diff` */
export async function diff(args: readonly string[], { out }: Surroundings): Promise<ExitCode> {
  const { values, positionals } = parseOptions({
    args: [...args],
    allowPositionals: true,
    options: { "registry-mirror": REGISTRY_OPTIONS["registry-mirror"], json: REGISTRY_OPTIONS.json },
  });
  const [one, other, ...more] = positionals;
  if (one === undefined || other === undefined || more.length > 0) {
    throw new UsageError("Name two releases: what is installed, and what comes");
  }
  const client = createReader(parseMirrors(values["registry-mirror"]));
  try {
    const read = (reference: string) => resolveRelease(client, { reference, channel: "stable" });
    const [from, to] = [await read(one), await read(other)];
    const changes = releaseChanges(from, to);
    const { notes } = to.manifest;
    if (values.json) {
      out(`${JSON.stringify({ changes, ...(notes === undefined ? {} : { notes }) })}\n`);
      return EXIT.ok;
    }
    for (const it of changes) out(`${it.what}: ${it.from ?? "(none)"} → ${it.to ?? "(none)"}\n`);
    if (changes.length === 0) out("Nothing differs\n");
    if (notes !== undefined) out(`\n${notes}\n`);
    return EXIT.ok;
  } finally {
    client.close();
  }
}
