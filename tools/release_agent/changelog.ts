import { AgentReleaseError } from "./agent_release_error.ts";

const UNRELEASED = "## Unreleased";

/** The lines of a version: of its own section once it is cut, else of "Unreleased". */
export function changelogSection(text: string, version: string): string {
  const own = sectionOf(text, (heading) => heading.startsWith(`## ${version} (`));
  const open = sectionOf(text, (heading) => heading === UNRELEASED);
  if (own === undefined && open) return open;
  if (own && !open) return own;
  if (own === undefined) {
    throw new AgentReleaseError(
      `CHANGELOG.md has nothing under "Unreleased" and no section of ${version}`,
      "Write what users notice under Unreleased",
    );
  }
  throw new AgentReleaseError(
    `CHANGELOG.md has a section of ${version} and more under "Unreleased"`,
    "Raise the version in deno.json and agent/version.ts",
  );
}

/** The changelog with its "Unreleased" lines under version and date (2026-11-26), and an empty "Unreleased" above. */
export function cutChangelog(text: string, version: string, date: string): string {
  if (sectionOf(text, (heading) => heading.startsWith(`## ${version} (`)) !== undefined) {
    throw new AgentReleaseError(
      `CHANGELOG.md has a section of ${version} already`,
      "Raise the version in deno.json and agent/version.ts",
    );
  }
  changelogSection(text, version);
  return text.replace(`${UNRELEASED}\n`, `${UNRELEASED}\n\n## ${version} (${date})\n`);
}

/** What stands between a heading and the next; empty for an empty section, undefined where there is no such heading. */
function sectionOf(text: string, isIt: (heading: string) => boolean): string | undefined {
  const lines = text.split("\n");
  const start = lines.findIndex((it) => it.startsWith("## ") && isIt(it));
  if (start < 0) return undefined;
  const length = lines.slice(start + 1).findIndex((it) => it.startsWith("## "));
  return lines.slice(start + 1, length < 0 ? undefined : start + 1 + length).join("\n").trim();
}
