import type { BuildInfo } from "../version.ts";
import type { CommandHelp } from "./command_help.ts";

/** Where an administrator finds what; the same on every appliance. */
const FILES: readonly [path: string, what: string][] = [
  [
    "/var/lib/alga-appliance",
    "state: the journal of operations, answers, token, password (as a hash) and sessions",
  ],
  [
    "/var/log/alga-appliance/audit.jsonl",
    "who signed in and who changed what; audit.1.jsonl is the older part",
  ],
  ["/etc/alga-appliance", "a second copy of how far the journal reaches"],
  ["/run/alga-appliance/agent.sock", "where the command line talks to the running agent; for root only"],
];

const EXIT_CODES: readonly [code: string, what: string][] = [
  ["0", "ok"],
  ["1", "error"],
  ["2", "wrong usage"],
  ["3", "action required"],
  ["4", "degraded"],
  ["5", "in progress"],
  ["6", "another session is running it"],
];

/** The manual page, from the help of the commands. @see man-pages(7) */
export function manPage(commands: readonly CommandHelp[], build: BuildInfo): string {
  const titled = (head: string, rows: readonly (readonly [string, string])[]) => [
    `.SH ${head}`,
    ...rows.flatMap(([name, what]) => [".TP", `.B ${roff(name)}`, roff(what)]),
  ];
  return [
    `.TH ALGA\\-AGENT 8 "${build.builtAt.slice(0, 10)}" "alga\\-agent ${build.version}" "Alga appliance"`,
    ".SH NAME",
    "alga\\-agent \\- set up and look after an Alga appliance",
    ".SH SYNOPSIS",
    ".B alga\\-agent",
    ".I COMMAND",
    "[OPTIONS]",
    ".SH COMMANDS",
    ...commands.flatMap((it) => [
      `.SS ${roff(it.name)}`,
      `${roff(it.summary)}.`,
      ".PP",
      ".nf",
      ...it.help.split("\n").map(roff),
      ".fi",
    ]),
    ".SS help",
    roff("alga-agent help COMMAND tells what a command does, alga-agent help CAUSE what a cause means,"),
    roff("how to see that it is so, what to do, and what not. alga-agent help causes lists the causes."),
    ...titled('"EXIT STATUS"', EXIT_CODES),
    ...titled("FILES", FILES),
    ".SH SEE ALSO",
    ".BR systemctl (1),",
    ".BR journalctl (1)",
    "",
  ].join("\n");
}

/** A line of text as roff keeps it: no requests, no escapes, dashes that can be copied. */
function roff(line: string): string {
  const text = line.replaceAll("\\", "\\e").replaceAll("-", "\\-");
  return /^[.']/.test(text) ? `\\&${text}` : text;
}
