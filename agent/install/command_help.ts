/** What a subcommand says of itself. */
export interface CommandHelp {
  name: string;
  summary: string;
  /** Usage, options, an example. */
  help: string;
}

/** Options as its help names them, in order. */
export function optionsOf({ help }: CommandHelp): string[] {
  return [...new Set([...help.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map((it) => it[0]))];
}

/** Words that its usage line lets choose from ("show|rotate"). */
export function wordsOf({ help }: CommandHelp): string[] {
  const usage = help.split("\n")[0]?.replaceAll(/\[[^\][]*\]/g, "") ?? "";
  return usage.split(" ").find((it) => it.includes("|"))?.split("|") ?? [];
}
