import { cleanLine } from "../../../agent/logs/clean_line.ts";
import type { Entry } from "../../../agent/logs/fold_lines.ts";
import { type LogStream, nanoTimeOfMs, type RawLine } from "../../../agent/logs/log_line.ts";
import { memoryStream } from "../../../agent/logs/memory_stream.ts";
import { knownValues } from "../../../agent/text/redact/known_values.ts";
import { createRedaction, type Redaction } from "../../../agent/text/redact/redaction.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";

export const AT_MS = Date.parse("2026-11-21T12:00:00.000Z");

export function redactionOf(secret = "never-shown-1"): Redaction {
  return createRedaction({
    known: knownValues([{ rule: "K.kube-secret", key: "password", value: secret }]),
    key: new Uint8Array(32),
  });
}

export function rawLine(text: string, ms = AT_MS): RawLine {
  return { at: nanoTimeOfMs(ms), text, before: "b", after: "a" };
}

export function entryOf(head: string, rest: readonly string[] = []): Entry {
  const clean = (text: string) => cleanLine(rawLine(text), redactionOf().file());
  return { stream: "s", head: clean(head), rest: rest.map(clean), isContinued: false };
}

/** A stream of lines that are there already; each is so many ms after AT_MS. */
export function streamOf(key: string, lines: readonly (readonly [ms: number, text: string])[]): LogStream {
  return memoryStream({
    key,
    clock: new FakeClock(),
    read: () => Promise.resolve(lines.map(([ms, text]) => ({ at: nanoTimeOfMs(AT_MS + ms), text }))),
  });
}
