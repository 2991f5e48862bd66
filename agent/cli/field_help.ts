import { type Field, type FieldKey, fieldOf } from "../setup/inputs/fields.ts";
import { printLine } from "../text/printable.ts";

const COLUMNS = 80;

/** Help lines of some fields in the words of the list. `term`: what a line begins with (name in a file, option). */
export function fieldHelp<K extends FieldKey>(
  keys: readonly K[],
  term: (key: K, field: Field) => string,
  isOptional: (key: K) => boolean = () => false,
): string {
  const terms = keys.map((key) => term(key, fieldOf(key)));
  const width = Math.max(...terms.map((it) => it.length)) + 2;
  return keys.map((key, i) =>
    printLine(`  ${(terms[i] ?? "").padEnd(width)}${fieldText(key, isOptional(key))}`, width + 2, {
      columns: COLUMNS,
    })
  ).join("\n");
}

/** Label, help and what may be chosen, on one line. */
function fieldText(key: FieldKey, isOptional: boolean): string {
  const { label, help, choices = [] } = fieldOf(key);
  const chosen = choices.map((it) => `${it.value}: ${it.label}`).join("; ");
  return [isOptional ? `${label} (optional)` : label, chosen, help].filter(Boolean).join(". ");
}
