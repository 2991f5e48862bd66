import type { SiteNames } from "../text/redact/pseudonyms.ts";
import type { Evidence } from "../status/document.ts";

/** Names by which a site could be recognised, for a strict bundle. */
export function siteNames(evidence: Evidence | undefined): SiteNames {
  if (evidence === undefined) return { hosts: [], users: [] };
  const { snapshot } = evidence;
  const hosts = [
    snapshot.host.name,
    ...snapshot.nodes.map((it) => it.name),
    ...[snapshot.setup.appUrl, snapshot.appValues?.appUrl, snapshot.agent.statusUrl].flatMap((it) =>
      it !== undefined && URL.canParse(it) ? new URL(it).hostname : []
    ),
  ];
  return { hosts: [...new Set(hosts.filter((it) => /[a-z]/i.test(it) && it !== "localhost"))], users: [] };
}
