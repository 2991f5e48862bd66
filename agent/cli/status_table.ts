import { ageMs, durationText } from "../text/duration.ts";
import { utcTime } from "../text/utc_time.ts";
import type { StatusDocument } from "../status/document.ts";
import { TIER_NAME, tierSign } from "../status/tier_texts.ts";
import { TIER_IDS } from "../product/tiers.ts";
import { type Layout, printLine } from "../text/printable.ts";

/** Escape sequences of the signs: red, yellow, green. */
const SIGN_COLOR: Readonly<Record<string, string>> = { x: "31", "!": "33", ok: "32" };

/** The status document as plain text, problems first. Pure. */
export function statusTable(
  status: StatusDocument,
  nowMs: number,
  layout: Layout = { columns: undefined, color: false },
): string {
  const lines: string[] = [];
  const line = (text: string, hang = 0) => lines.push(printLine(text, hang, layout));
  const signed = (sign: string, width: number, text: string, hang: number) => {
    const printed = printLine(sign.padEnd(width) + text, hang, layout);
    const code = layout.color ? SIGN_COLOR[sign] : undefined;
    lines.push(code === undefined ? printed : `\x1b[${code}m${sign}\x1b[0m${printed.slice(sign.length)}`);
  };

  line(status.rollup.message);
  if (layout.color) lines[0] = `\x1b[1m${lines[0]}\x1b[0m`;
  const { nextAction, action } = status.rollup;
  const page = action.href === undefined ? "" : ` (${pageOf(action.href, status.urls.statusUrl)})`;
  if (nextAction !== "") line(`Next: ${nextAction}${page}`, 6);
  if (status.tiers.login.ready && status.urls.loginUrl !== null) line(`Open Alga: ${status.urls.loginUrl}`);
  line(`Status page: ${status.urls.statusUrl}`);
  const { certificate } = status;
  if (certificate !== null) {
    line(`Encrypted: ${certificate.url}`);
    line(`  Certificate's SHA-256 fingerprint: ${certificate.fingerprint}`, 2);
  }
  for (const blocker of status.topBlockers) {
    lines.push("");
    signed(blocker.severity === "critical" ? "x" : "!", 2, `${blocker.title}  [${blocker.id}]`, 2);
    line(`  ${blocker.reason}`, 2);
    if (blocker.consequence !== "") line(`  ${blocker.consequence}`, 2);
    line(`  What to do: ${blocker.nextAction}`, 14);
    if (blocker.release !== undefined) {
      line(`  Have it tried again: sudo alga-agent update retry-part ${blocker.release}`, 2);
    }
    line(`  Since ${utcTime(blocker.since)} (${ago(blocker.since, nowMs)})`);
    line(`  More: alga-agent help ${blocker.id}`, 2);
    for (const it of blocker.evidence) line(`    ${it.label}: ${it.text}`, 6);
  }
  if (status.blockersLeftOut > 0) line(`And ${status.blockersLeftOut} more: those above come first`);
  lines.push("");
  for (const id of TIER_IDS) {
    const tier = status.tiers[id];
    signed(tierSign(id, tier, status.tiers.login.ready), 3, `${TIER_NAME[id].padEnd(18)}${tier.message}`, 21);
  }
  // What needs attention is not shown as work under way as well.
  const blocked = new Set(status.topBlockers.map((it) => it.component));
  const operations = status.activeOperations.filter((it) => !blocked.has(it.component));
  if (operations.length > 0) lines.push("");
  for (const it of operations) line(`   ${it.component}: ${it.message}`, 5);
  const { selectedReleaseVersion, selectedChannel } = status.release;
  const release = selectedReleaseVersion === null
    ? "No release chosen"
    : `Release ${selectedReleaseVersion} (${selectedChannel ?? "no channel"})`;
  lines.push("");
  line(
    `${release} · Kubernetes ${status.kubernetesVersion ?? "not installed"} · agent ${status.agentVersion}`,
  );
  for (const source of status.sources) {
    if (source.state === "not-answering" || source.state === "unknown") line(source.message);
  }
  return `${lines.join("\n")}\n`;
}

/** Where a page of the agent is; by its path alone where the agent's own address is not known. */
function pageOf(href: string, statusUrl: string): string {
  return URL.canParse(href, statusUrl) ? new URL(href, statusUrl).href : href;
}

function ago(iso: string, nowMs: number): string {
  return durationText(ageMs(iso, nowMs));
}
