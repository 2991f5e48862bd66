import { RealHost } from "../host/real_host.ts";
import { NETWORK_CHECKS } from "../network/gate.ts";
import type { NetworkView } from "../network/network_service.ts";
import { connectAgent } from "./agent_client.ts";
import { type Command, EXIT, UsageError } from "./command.ts";
import { followOperation } from "./follow_operation.ts";
import { requireKnownChecks } from "./known_checks.ts";
import { networkTable } from "./network_table.ts";
import { parseChoice, parseOptions, parseRoot } from "./options.ts";

const ACTIONS = ["show", "set", "keep", "take-back"] as const;
type Action = typeof ACTIONS[number];
const BASE = "/api/v1/network";

/** `alga-agent network` */
export const networkCommand: Command = {
  name: "network",
  summary: "see links and addresses, and change them on trial",
  help: `Usage: alga-agent network [show] [-o table|json] [--root DIR]
       alga-agent network set LINK --dhcp [--dns SERVERS] [OPTIONS]
       alga-agent network set LINK --address ADDRESS/PREFIX
                  [--gateway ADDRESS] [--dns SERVERS] [OPTIONS]
       alga-agent network keep|take-back [--root DIR]

  show                 links, addresses, routes and DNS servers (default)
  set                  try other settings of a link for 30 seconds
  keep                 keep what is being tried
  take-back            have the old settings again at once

  --dhcp               address, gateway and DNS servers from the network
  --address A/PREFIX   a fixed address, such as 192.168.1.20/24
  --gateway ADDRESS    the way out; none without it
  --dns SERVERS        up to three, with commas; with --dhcp in place of those
                       of the network
  --acknowledge CHECK  accept the finding of this check; may be repeated
  --no-wait            return as soon as the change has begun
  -o, --output         table (default) or json
  --root DIR           where the appliance's "/" lies (default /)

Unless somebody keeps the new settings the old ones come back by themselves,
also after a crash or a reboot. Over ssh the connection may end: connect to the
new address and say "alga-agent network keep".

Exit codes: 0 done, 1 error, 2 wrong values, 3 action required,
5 still under way, 6 another session is working on the appliance.

Example: sudo alga-agent network set ens18 --dhcp`,
  async run(args, terminal) {
    const { values, positionals } = parseOptions(
      {
        args: [...args],
        allowPositionals: true,
        options: {
          dhcp: { type: "boolean", default: false },
          address: { type: "string" },
          gateway: { type: "string" },
          dns: { type: "string" },
          acknowledge: { type: "string", multiple: true, default: [] },
          "no-wait": { type: "boolean", default: false },
          output: { type: "string", short: "o", default: "table" },
          root: { type: "string", default: "/" },
        },
      } as const,
    );
    const { action, link } = parseWords(positionals);
    requireKnownChecks(values.acknowledge, NETWORK_CHECKS);
    const change = { dhcp: values.dhcp, address: values.address, gateway: values.gateway, dns: values.dns };
    const settings = action === "set" ? readSettings(link, change) : refuseSettings(action, change);
    const output = parseChoice("-o", values.output, ["table", "json"]);
    const client = connectAgent(new RealHost(parseRoot(values.root)));
    try {
      if (action === "show") {
        const view: Omit<NetworkView, "trial"> & { trial: { endsAt: string } | null } = await client.request(
          "GET",
          BASE,
        );
        terminal.out(output === "json" ? `${JSON.stringify(view)}\n` : networkTable(view, terminal));
        return EXIT.ok;
      }
      if (action === "set") await client.request("PUT", BASE, settings);
      else await client.request("POST", `${BASE}/${action}`, {});
      if (values["no-wait"] || action === "take-back") return EXIT.ok;
      return await followOperation(client, terminal, {
        base: BASE,
        accepted: values.acknowledge,
        words: {
          done: "Kept.",
          blocked: "Nothing was changed. Fix this and send the change again.",
          left: "The change goes on without this command.",
        },
      });
    } finally {
      client.close();
    }
  },
};

function parseWords(words: readonly string[]): { action: Action; link: string } {
  const [action = "show", link = "", ...rest] = words;
  const found = ACTIONS.find((it) => it === action);
  const isWhole = found === "set" ? link !== "" : link === "";
  if (found && isWhole && rest.length === 0) return { action: found, link };
  throw new UsageError(
    found === "set" && link === ""
      ? 'Say which link: "alga-agent network show" lists them'
      : `Say one of ${ACTIONS.join(", ")}, not "${words.join(" ")}"`,
  );
}

interface Change {
  dhcp: boolean;
  address: string | undefined;
  gateway: string | undefined;
  dns: string | undefined;
}

/** The settings as the API takes them. @throws {UsageError} */
function readSettings(link: string, { dhcp, address, gateway, dns }: Change): Record<string, unknown> {
  if (dhcp === (address !== undefined)) throw new UsageError("Say either --dhcp or --address");
  if (dhcp && gateway !== undefined) throw new UsageError("--gateway goes with --address: DHCP gives one");
  return {
    link,
    method: dhcp ? "dhcp" : "static",
    ...address === undefined ? {} : { address },
    ...gateway === undefined ? {} : { gateway },
    ...dns === undefined ? {} : { dnsServers: dns },
  };
}

function refuseSettings(action: Action, { dhcp, address, gateway, dns }: Change): undefined {
  if (dhcp || [address, gateway, dns].some((it) => it !== undefined)) {
    throw new UsageError(`--dhcp, --address, --gateway and --dns go with "set", not with "${action}"`);
  }
}
