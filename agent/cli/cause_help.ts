import { helpId, helpIndex, helpPage } from "../causes/help/help_page.ts";
import { helpText } from "../causes/help/help_text.ts";
import { nearestIds } from "../causes/help/nearest_ids.ts";
import { printable } from "../text/printable.ts";

/** Wider lines are hard to read, whatever the terminal. */
const COLUMNS = 80;

/** What `alga-agent help ID` prints of a cause; `undefined` where there is none of this id. */
export function causeHelp(typed: string, columns: number | undefined): string | undefined {
  if (typed === CAUSES_WORD) return causeList();
  const id = helpId(typed);
  return id === undefined ? undefined : helpText(helpPage(id), Math.min(columns ?? COLUMNS, COLUMNS));
}

/** The word that lists every cause. */
export const CAUSES_WORD = "causes";

/** What is said of a word that is neither a command nor a cause, with what was most likely meant. */
export function unknownTopic(typed: string): string {
  const near = nearestIds(typed).map((it) => `  alga-agent help ${it}`);
  return [
    `Unknown command or cause "${printable(typed)}".${near.length === 0 ? "" : " Was one of these meant?"}`,
    ...near,
    `"alga-agent help" lists the commands, "alga-agent help ${CAUSES_WORD}" the causes.`,
    "",
  ].join("\n");
}

/** Every word that `alga-agent help` takes besides commands, for completion. */
export function helpTopics(): string[] {
  return [CAUSES_WORD, ...helpIndex().flatMap((it) => it.causes.map(({ id }) => id))];
}

function causeList(): string {
  const index = helpIndex();
  const width = Math.max(...index.flatMap((it) => it.causes.map(({ id }) => id.length)));
  return [
    ...index.flatMap(({ title, causes }) => [
      title,
      ...causes.map((it) => `  ${it.id.padEnd(width)}  ${it.title}`),
      "",
    ]),
    '"alga-agent help ID" tells what one means and what to do.',
    "",
  ].join("\n");
}
