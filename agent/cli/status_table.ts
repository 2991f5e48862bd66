import { type StatusDocument, TIER_IDS, type TierId } from "../status/status_document.ts";

const TIER_NAME: Record<TierId, string> = {
  platform: "Platform",
  core: "Database",
  bootstrap: "First-time setup",
  login: "Log in",
  background: "Background",
  fullHealth: "Everything",
};

/** The status document as plain text, problems first. Pure; needs no colour and 80 columns. */
export function statusTable(status: StatusDocument, nowMs: number): string {
  const lines = [status.rollup.message];
  if (status.rollup.nextAction !== "") lines.push(`Next: ${status.rollup.nextAction}`);
  if (status.urls.loginUrl !== null) lines.push(`Open Alga: ${status.urls.loginUrl}`);
  for (const blocker of status.topBlockers) {
    lines.push("", `${blocker.severity === "critical" ? "x" : "!"} ${blocker.title}  [${blocker.id}]`);
    lines.push(`  ${blocker.reason}`);
    if (blocker.consequence !== "") lines.push(`  ${blocker.consequence}`);
    lines.push(
      `  Since ${time(blocker.since)} (${ago(blocker.since, nowMs)}). What to do: ${blocker.nextAction}`,
    );
    for (const it of blocker.evidence) lines.push(`    ${it.label}: ${it.text}`);
  }
  lines.push("");
  for (const id of TIER_IDS) {
    const tier = status.tiers[id];
    const sign = tier.ready
      ? "ok"
      : tier.status === "unhealthy"
      ? "x"
      : tier.status === "degraded"
      ? "!"
      : tier.status === "unknown"
      ? "?"
      : "-";
    lines.push(`${sign.padEnd(3)}${TIER_NAME[id].padEnd(18)}${tier.message}`);
  }
  if (status.activeOperations.length > 0) lines.push("");
  for (const it of status.activeOperations) lines.push(`   ${it.component}: ${it.message}`);
  const { selectedReleaseVersion, selectedChannel } = status.release;
  const release = selectedReleaseVersion === null
    ? "no release chosen"
    : `release ${selectedReleaseVersion} (${selectedChannel ?? "no channel"})`;
  lines.push(
    "",
    `${release} · Kubernetes ${status.kubernetesVersion ?? "not installed"} · agent ${status.agentVersion}`,
  );
  for (const source of status.sources) {
    if (source.state === "not-answering" || source.state === "unknown") lines.push(source.message);
  }
  return `${lines.join("\n")}\n`;
}

function time(iso: string): string {
  return iso.slice(11, 19) + " UTC";
}

function ago(iso: string, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - Date.parse(iso)) / 1000));
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3_600)} h`;
}
