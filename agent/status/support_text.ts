import type { Blocker } from "../explain/blocker.ts";
import { redactText } from "../text/redact/redact_text.ts";
import { withoutHidden } from "../text/hidden_characters.ts";
import { TIER_IDS } from "../product/tiers.ts";
import type { StatusDocument } from "./document.ts";

/** A check of setup, as far as it is told here. */
export interface CheckLine {
  id: string;
  status: string;
  found: string;
}

/** What is told beside the finding itself. */
export interface SupportContext {
  status: StatusDocument;
  build: { commit: string; builtAt: string };
  /** Report of the checks, where one is kept. */
  checks?: { finishedAt: string; results: readonly CheckLine[] } | undefined;
  /** Ids of checks whose findings were accepted. */
  accepted: readonly string[];
}

/** Checks that tell nothing to anybody who looks for a fault. */
const QUIET: readonly string[] = ["pass", "skipped"];

/** One finding as a block of text for Alga support: the same on every face, without what looks like a credential. Pure. */
export function supportText(blocker: Blocker, context: SupportContext): string {
  const { status, build, checks, accepted } = context;
  const { release, rollup } = status;
  const line = (label: string, text: string) => text === "" ? [] : [`${label.padEnd(13)}${text}`];
  const failed = checks?.results.filter((it) => !QUIET.includes(it.status)) ?? [];
  const lines = [
    ...line("Finding", blocker.id),
    ...line("Component", `${blocker.component} (keeps from being ready: ${blocker.layer})`),
    ...line("Title", blocker.title),
    ...line("Reason", blocker.reason),
    ...line("Consequence", blocker.consequence),
    ...line("Advised", blocker.nextAction),
    ...line("Since", blocker.since),
    ...line("Now", status.timestamp),
    ...line("Try again", blocker.retrySafe ? "safe" : "not safe"),
    ...line("Also seen", blocker.suppressed.join(", ")),
    "",
    "Evidence",
    ...blocker.evidence.map((it) => `  ${it.label}: ${it.text}`),
    "",
    ...line("State", `${rollup.state}: ${rollup.message}`),
    ...line(
      "Stages",
      TIER_IDS.map((id) => `${id} ${status.tiers[id].ready ? "ready" : status.tiers[id].status}`).join(", "),
    ),
    ...line(
      "Release",
      `${release.selectedReleaseVersion ?? "none"} (${release.selectedChannel ?? "no channel"})`,
    ),
    ...line("Kubernetes", status.kubernetesVersion ?? "not known"),
    ...line("Agent", [status.agentVersion, build.commit, build.builtAt].filter((it) => it !== "").join(", ")),
    ...line("Appliance", status.siteId),
    ...status.sources.flatMap((it) =>
      line("Contact", `${it.name}: ${it.state}, last ${it.lastContactAt ?? "never"}`)
    ),
    "",
    checks === undefined
      ? "Checks: no report is kept"
      : `Checks of ${checks.finishedAt}: ${failed.length} of ${checks.results.length} did not pass`,
    ...failed.map((it) =>
      `  ${it.id} ${it.status}${accepted.includes(it.id) ? ", accepted" : ""}: ${it.found}`
    ),
  ];
  return `${redactText(lines.map(withoutHidden).join("\n"))}\n`;
}
