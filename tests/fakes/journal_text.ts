import { openJournal } from "../../agent/state/journal.ts";
import { PATHS } from "../../agent/state/paths.ts";
import { FakeClock } from "./fake_clock.ts";
import { FakeHost } from "./fake_host.ts";

/** A journal as the agent writes it, checksums and all. */
export async function journalText(
  entries: readonly (readonly [type: string, data: Record<string, unknown>])[],
): Promise<string> {
  const host = new FakeHost();
  const journal = await openJournal(host, new FakeClock());
  for (const [type, data] of entries) await journal.append(type, data);
  return await host.readText(PATHS.journal) ?? "";
}
