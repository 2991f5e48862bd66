import type { TierId } from "../product/tiers.ts";
import type { Evidence } from "../status/document.ts";
import { evaluate, NO_MEMORY } from "../status/mod.ts";
import { TIER_NAME } from "../status/tier_texts.ts";
import { ruleWords } from "../text/redact/rule_words.ts";
import { utcMinute } from "../text/utc_time.ts";
import type { BundleManifest, CollectorRow } from "./manifest.ts";

const PART_WORDS: Record<CollectorRow["status"], string> = {
  complete: "all of it is here",
  partial: "a part of it is missing",
  failed: "nothing of it could be had",
  "not-started": "there was no time left for it",
};

/** `summary.md`: what a person reads first. Redacted like every other file. */
export function summaryText(manifest: BundleManifest, evidence: Evidence | undefined): string {
  return [
    `# Support bundle ${manifest.id}`,
    "",
    `Made ${
      utcMinute(manifest.createdAt)
    } by alga-agent ${manifest.agent.version}, asked for by ${manifest.by}.`,
    "",
    ...statusLines(evidence),
    "## What is missing",
    "",
    ...missingLines(manifest),
    "",
    "## What was taken out",
    "",
    ...Object.entries(manifest.redactions).toSorted(([, a], [, b]) => b - a).map(([rule, count]) =>
      `- ${count} × ${ruleWords(rule)} (rule ${rule})`
    ),
    `- ${manifest.knownValues.count} secrets of this appliance were known and looked for.`,
    ...manifest.knownValues.problems.map((it) => `- Not known, since it could not be read: ${it}`),
    ...(manifest.knownValues.leftOut === 0
      ? []
      : [`- There were too many known secrets: ${manifest.knownValues.leftOut} forms were not looked for.`]),
    manifest.strict ? "- Addresses and names were replaced, the same one by the same one." : "",
    "",
    "## Where to look",
    "",
    "- `status.json`, `blockers.json`: what the status page showed, and why",
    "- `timeline.jsonl`: what happened, oldest first",
    "- `pods/NAMESPACE/POD/CONTAINER.log`: the last 2,000 lines of each container",
    "- `kube/`, `flux/`: objects, one JSON document behind the other (`jq` reads them)",
    "- `manifest.json`: every file with its size, checksum and what was taken out of it, and how long each part took",
    "",
    "`alga-agent bundle inspect FILE` shows the status as it was; `alga-agent bundle serve FILE` shows it as pages.",
    "",
  ].join("\n");
}

function statusLines(evidence: Evidence | undefined): string[] {
  if (evidence === undefined) return ["The status could not be made.", ""];
  // A rule that throws must not cost the summary.
  const status = evaluate(evidence.snapshot, Date.parse(evidence.at), evidence.memory ?? NO_MEMORY, () => {});
  const { selectedReleaseVersion, selectedChannel } = status.release;
  return [
    "## Status",
    "",
    `**${status.rollup.message}**`,
    ...(status.rollup.nextAction === "" ? [] : ["", `What to do: ${status.rollup.nextAction}`]),
    "",
    `- Release ${selectedReleaseVersion ?? "none"} (${selectedChannel ?? "no channel"}), Kubernetes ${
      status.kubernetesVersion ?? "not installed"
    }`,
    ...status.sources.map((it) => `- ${it.message}`),
    ...Object.entries(status.tiers).map(([id, tier]) => `- ${TIER_NAME[id as TierId]}: ${tier.message}`),
    "",
    ...status.topBlockers.flatMap((it) => [
      `### ${it.title} [${it.id}]`,
      "",
      `${it.reason} ${it.consequence} Since ${utcMinute(it.since)}.`,
      "",
      `What to do: ${it.nextAction}`,
      "",
      `More: \`alga-agent help ${it.id}\``,
      "",
    ]),
  ];
}

function missingLines(manifest: BundleManifest): string[] {
  const rows = manifest.collectors.filter((it) => it.status !== "complete");
  const cut = manifest.files.filter((it) => it.truncated !== undefined);
  const lines = [
    ...(manifest.endedEarly === undefined ? [] : [`- It ended early: ${manifest.endedEarly}.`]),
    ...rows.flatMap((it) => [
      `- ${it.title}: ${PART_WORDS[it.status]}`,
      ...firstOf(it.missing, 10, "  ", ({ what, why }) => `${what}: ${why}`),
    ]),
    ...firstOf(cut, 30, "", (it) => `${it.path} is not whole: ${it.truncated}`),
    ...firstOf(manifest.skipped, 30, "", (it) => `${it.path} was left out: ${it.why}`),
  ];
  const absent = [...new Set(manifest.collectors.flatMap((it) => it.absent))];
  if (absent.length > 0) lines.push(`- Not on this machine: ${absent.join(", ")}`);
  return lines.length === 0 ? ["Nothing."] : lines;
}

/** The first of a list as points, and how many more the manifest has. */
function firstOf<T>(all: readonly T[], most: number, indent: string, text: (it: T) => string): string[] {
  const more = all.length - most;
  return [
    ...all.slice(0, most).map((it) => `${indent}- ${text(it)}`),
    ...(more > 0 ? [`${indent}- and ${more} more, in manifest.json`] : []),
  ];
}
