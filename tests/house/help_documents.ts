import {
  helpIndex,
  type HelpPage,
  helpPage,
  type ShownMeans,
  type ShownStep,
} from "../../agent/causes/help/mod.ts";
import { REPO } from "./sources.ts";

/**
 * docs/help: one file for each cause and an index, from the same data as the page `/help/<id>` and `alga-agent help <id>`
 * (`deno task help` writes them). They are not formatted, so that commands stay whole.
 */
export const HELP_FOLDER = `${REPO}docs/help/`;

/** Every file of docs/help by name. */
export function helpDocuments(): Map<string, string> {
  const ids = helpIndex().flatMap((it) => it.causes.map(({ id }) => id));
  return new Map([
    ["README.md", indexDocument()],
    ...ids.map((id): [string, string] => [`${id}.md`, document(helpPage(id))]),
  ]);
}

function indexDocument(): string {
  return [
    "# Help for every cause",
    "",
    "Written by `deno task help` from `agent/causes/help`; the same as the page `/help` of an appliance and",
    "`alga-agent help`. Change it there.",
    ...helpIndex().flatMap(({ title, causes }) => [
      "",
      `## ${title}`,
      "",
      ...causes.map((it) => `- [${it.id}](${it.id}.md): ${it.title}`),
    ]),
    "",
  ].join("\n");
}

function document(page: HelpPage): string {
  return [
    `# ${page.title}`,
    "",
    `\`${page.id}\` · [all causes](README.md)`,
    "",
    "## What it means",
    "",
    page.meaning,
    "",
    "## How to see that it is so",
    ...page.signs.flatMap((it) => step("-", it)),
    "",
    "## What to do, in this order",
    ...page.steps.flatMap((it, at) => step(`${at + 1}.`, it)),
    "",
    "## What not to do",
    "",
    ...page.never.map((it) => `- ${it}`),
    "",
    "## In short",
    "",
    `- Who can do it: ${page.who}`,
    `- Trying again: ${page.retry}`,
    `- Your data: ${page.data}`,
    "",
  ].join("\n");
}

function step(sign: string, { text, means }: ShownStep): string[] {
  const indent = " ".repeat(sign.length + 1);
  return ["", `${sign} ${text}`, "", ...meansLines(means).map((it) => it === "" ? "" : indent + it)];
}

function meansLines(means: ShownMeans): string[] {
  const block = (commands: readonly string[]) => ["```sh", ...commands, "```"];
  switch (means.kind) {
    case "commands":
      return block(means.commands);
    case "pages":
      return [`${means.pages.map(({ path, title }) => `Page "${title}" (\`${path}\`)`).join(", ")}.`];
    case "ask":
      return means.commands.length === 0
        ? [`Send to ${means.whom}:`, "", `> ${means.send}`]
        : [`Send to ${means.whom} what this prints:`, "", ...block(means.commands)];
    case "words":
      return [means.text];
  }
}

if (import.meta.main) {
  await Deno.mkdir(HELP_FOLDER, { recursive: true });
  const documents = helpDocuments();
  for await (const { name } of Deno.readDir(HELP_FOLDER)) {
    if (!documents.has(name)) await Deno.remove(HELP_FOLDER + name);
  }
  for (const [name, text] of documents) await Deno.writeTextFile(HELP_FOLDER + name, text);
}
