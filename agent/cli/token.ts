import { openAccess } from "../access/mod.ts";
import { systemClock } from "../clock.ts";
import { RealHost } from "../host/real_host.ts";
import { atDesk } from "./access_desk.ts";
import { connectAgent } from "./agent_client.ts";
import { PATHS } from "../state/paths.ts";
import { type Command, EXIT, type Terminal, UsageError } from "./command.ts";
import { parseOptions, requireRoot } from "./options.ts";

const FOR_PROGRAMS =
  'People sign in with the management password; this token is for programs. Forgotten it? "alga-agent password reset"';

/** `alga-agent token` */
export const tokenCommand: Command = {
  name: "token",
  summary: "show or replace the token that signs in first",
  help: `Usage: alga-agent token show|rotate [--root DIR]

  show    prints the setup token; it is made when there is none yet
  rotate  makes a new token and ends every session in browsers

The token signs in once, and a management password is chosen then. From then
on it is for programs alone (Authorization: Bearer); who has forgotten the
password uses "alga-agent password reset".

  --root DIR  where the appliance's "/" lies (default /)

Works with and without the running service. Needs root.

Example: sudo alga-agent token show`,
  async run(args, terminal) {
    const { values, positionals } = parseOptions(
      {
        args: [...args],
        allowPositionals: true,
        options: { root: { type: "string", default: "/" } },
      } as const,
    );
    const [action, ...rest] = positionals;
    if ((action !== "show" && action !== "rotate") || rest.length > 0) {
      throw new UsageError(
        `Say "show" or "rotate"${action === undefined ? "" : `, not "${positionals.join(" ")}"`}`,
      );
    }
    const host = new RealHost(await requireRoot(values.root));
    if (action === "show") {
      const kept = await tokenOfAgent(host);
      await tellFingerprint(host, terminal);
      if (kept !== undefined) {
        terminal.out(`${kept}\n`);
        return EXIT.ok;
      }
    }
    if (action === "show") {
      const access = await openAccess({ host, clock: systemClock });
      if (access.hasPassword()) terminal.err(`${FOR_PROGRAMS}\n`);
      terminal.out(`${access.token()}\n`);
      return EXIT.ok;
    }
    const token = await atDesk<string>(host, {
      ask: async (client) => (await client.request("POST", "/api/v1/access/rotate-token", {})).token,
      async act(access) {
        await access.rotateToken();
        return access.token();
      },
      audit: "access.rotate-token",
    });
    terminal.err("New token made. Every browser has to sign in again.\n");
    terminal.out(`${token}\n`);
    return EXIT.ok;
  },
};

/** By what the encrypted page is known, where an agent runs that has one. */
async function tellFingerprint(host: RealHost, terminal: Terminal): Promise<void> {
  if (!await host.info(PATHS.socket)) return;
  const client = connectAgent(host);
  try {
    const { certificate } = await client.request("GET", "/api/v1/status");
    if (certificate === null) return;
    terminal.err(`Sign in at ${certificate.url}, whose certificate has the SHA-256 fingerprint\n`);
    terminal.err(`${certificate.fingerprint}\n`);
  } catch {
    // The token is what was asked for.
  } finally {
    client.close();
  }
}

/** The token of the running agent where no file holds one, since the disk took none; `undefined` in every other case. */
async function tokenOfAgent(host: RealHost): Promise<string | undefined> {
  if (await host.info(PATHS.setupToken) || !await host.info(PATHS.socket)) return undefined;
  const client = connectAgent(host);
  try {
    return (await client.request("GET", "/api/v1/token")).token;
  } catch {
    return undefined;
  } finally {
    client.close();
  }
}
