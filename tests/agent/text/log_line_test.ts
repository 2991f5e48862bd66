import assert from "node:assert/strict";
import { isJournalStream, type LogLevel, withPriority } from "../../../agent/text/log_line.ts";

const PRIORITIES: readonly [LogLevel, string][] = [
  ["error", "<3>"],
  ["warning", "<4>"],
  ["notice", "<5>"],
  ["info", "<6>"],
];
for (const [level, prefix] of PRIORITIES) {
  Deno.test(`withPriority() marks an ${level} with ${prefix}`, () => {
    assert.equal(withPriority(level, "Stopping\n"), `${prefix}Stopping\n`);
  });
}

Deno.test("withPriority() marks each line of a text, and no empty one", () => {
  assert.equal(
    withPriority("error", "Cannot listen\n\nWhat to do: stop it\n"),
    "<3>Cannot listen\n\n<3>What to do: stop it\n",
  );
  assert.equal(withPriority("error", ""), "");
});

const STREAMS: readonly [named: string | undefined, isJournal: boolean][] = [
  ["9:1234", true],
  ["9:12345", false],
  ["8:1234", false],
  ["", false],
  [undefined, false],
];
for (const [named, isJournal] of STREAMS) {
  Deno.test(`with JOURNAL_STREAM ${named} a stream ${isJournal ? "is" : "is not"} the journal's`, () => {
    assert.equal(isJournalStream(named, { dev: 9, ino: 1234 }), isJournal);
  });
}
