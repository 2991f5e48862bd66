import { AGENT_PORT } from "../../product/ports.ts";
import { printLine } from "../../text/printable.ts";
import type { HelpPage, ShownMeans, ShownStep } from "./help_page.ts";

const INDENT = "  ";
/** A command stays on one line, however long: it is copied. */
const COMMAND_INDENT = "       ";

/** A page of help as plain text of at most so many columns, commands aside. */
export function helpText(page: HelpPage, columns: number): string {
  const lines: string[] = [];
  const put = (text: string, indent: string, hang = indent.length) =>
    lines.push(printLine(indent + text, hang, { columns }));
  const steps = (list: readonly ShownStep[], sign: (at: number) => string) => {
    for (const [at, it] of list.entries()) {
      put(`${sign(at).padEnd(3)}${it.text}`, INDENT, 5);
      for (const text of meansLines(it.means)) {
        if (typeof text === "string") put(text, "     ");
        else lines.push(COMMAND_INDENT + text.command);
      }
    }
  };
  const head = (text: string) => lines.push("", text);
  put(`${page.title}  [${page.id}]`, "");
  head("What it means");
  put(page.meaning, INDENT);
  head("How to see that it is so");
  steps(page.signs, () => "-");
  head("What to do, in this order");
  steps(page.steps, (at) => `${at + 1}.`);
  head("What not to do");
  for (const text of page.never) put(`-  ${text}`, INDENT, 5);
  lines.push("");
  put(`Who can do it: ${page.who}`, "", 2);
  put(`Trying again: ${page.retry}`, "", 2);
  put(`Your data: ${page.data}`, "", 2);
  return `${lines.join("\n")}\n`;
}

function meansLines(means: ShownMeans): (string | { command: string })[] {
  switch (means.kind) {
    case "commands":
      return means.commands.map((command) => ({ command }));
    case "pages":
      return means.pages.map(({ path, title }) =>
        `Page "${title}": ${path} on port ${AGENT_PORT} of this machine`
      );
    case "ask":
      return means.commands.length === 0
        ? [`Send to ${means.whom}: "${means.send}"`]
        : [`Send to ${means.whom} what this prints:`, ...means.commands.map((command) => ({ command }))];
    case "words":
      return [means.text];
  }
}
