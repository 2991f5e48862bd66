import { RealHost } from "../host/real_host.ts";
import { primaryAddress } from "../host/network_facts.ts";
import { AGENT_PORT } from "../product/ports.ts";
import { passwordProblems } from "../text/password_rules.ts";
import { AgentError } from "../error.ts";
import { atDesk } from "./access_desk.ts";
import { type Command, EXIT, type ExitCode, type Terminal, UsageError } from "./command.ts";
import { formatAddress } from "./listen.ts";
import { parseOptions, requireRoot } from "./options.ts";

/** What has to be typed before everybody is signed out. */
const YES = "yes";

/** `alga-agent password` */
export const passwordCommand: Command = {
  name: "password",
  summary: "set the management password, or start again when it is forgotten",
  help: `Usage: alga-agent password set|reset [--yes] [--root DIR]

  set    sets the password that signs in to the pages, and ends every session
         in browsers. It is typed twice, unseen; from a pipe it is one line
  reset  for who has forgotten it: removes the password, ends every session,
         makes a new setup token and prints address and token. The first who
         signs in with it chooses a password

  --yes       reset: do not ask first
  --root DIR  where the appliance's "/" lies (default /)

Works with and without the running service. Needs root. Nothing changes for
who uses Alga itself.

Example: sudo alga-agent password reset`,
  async run(args, terminal) {
    const { values, positionals } = parseOptions(
      {
        args: [...args],
        allowPositionals: true,
        options: { root: { type: "string", default: "/" }, yes: { type: "boolean", default: false } },
      } as const,
    );
    const [action, ...rest] = positionals;
    if ((action !== "set" && action !== "reset") || rest.length > 0) {
      // The words are not repeated: one of them may be a password.
      throw new UsageError(
        'Say "set" or "reset", and nothing after it: a password is typed when it is asked for',
      );
    }
    const host = new RealHost(await requireRoot(values.root));
    return action === "set" ? await set(host, terminal) : await reset(host, terminal, values.yes);
  },
};

async function set(host: RealHost, terminal: Terminal): Promise<ExitCode> {
  const password = await ask(terminal, "New management password: ");
  const problems = passwordProblems(password);
  if (problems.length > 0) throw new UsageError(problems.join("\n"));
  if (terminal.isTyped && await ask(terminal, "The same once more: ") !== password) {
    throw new UsageError("The two passwords are different. Nothing has changed");
  }
  await atDesk(host, {
    ask: (client) => client.request("POST", "/api/v1/access/set-password", { password }),
    async act(access) {
      const reply = await access.setPassword(password, "root");
      if (reply.ok) return;
      const why = reply.why === "not-kept" ? reply.problem : reply.why;
      throw new AgentError("STATE_WRITE_FAILED", `The password was not set: ${why}`);
    },
    audit: "access.set-password",
  });
  terminal.err("The management password is set. Every browser has to sign in again.\n");
  return EXIT.ok;
}

async function ask(terminal: Terminal, words: string): Promise<string> {
  if (terminal.isTyped) terminal.err(words);
  const text = await terminal.readSecret();
  if (terminal.isTyped) terminal.err("\n");
  if (text === undefined) throw new UsageError("Nothing was typed. Nothing has changed");
  return text;
}

async function reset(host: RealHost, terminal: Terminal, isSure: boolean): Promise<ExitCode> {
  if (!isSure) {
    terminal.err(
      "This removes the management password, signs every browser out and makes a new setup token.\n" +
        "The first who signs in with it chooses the password. Programs need the new token, too.\n" +
        `Type "${YES}" to go on: `,
    );
    if ((await terminal.readLine())?.trim() !== YES) {
      terminal.err("\nNothing has changed.\n");
      return EXIT.error;
    }
  }
  const token = await atDesk<string>(host, {
    ask: async (client) => (await client.request("POST", "/api/v1/access/reset-password", {})).token,
    async act(access) {
      await access.resetPassword();
      return access.token();
    },
    audit: "access.reset-password",
  });
  const address = host.root === "/" ? await primaryAddress(host).catch(() => undefined) : undefined;
  const hostname = address?.address ?? "ADDRESS-OF-THE-MACHINE";
  terminal.err("There is no management password any more.\n");
  terminal.out(`Open in a browser: http://${formatAddress({ hostname, port: AGENT_PORT })}/\n`);
  terminal.out(`Setup token:       ${token}\n`);
  return EXIT.ok;
}
