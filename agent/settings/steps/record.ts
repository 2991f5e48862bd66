import { isDeepStrictEqual } from "node:util";
import type { Change, Step } from "../../operation/step.ts";
import { fieldOf } from "../../setup/inputs/fields.ts";
import { readSelection, requireRelease, writeSelection } from "../../setup/release_selection.ts";
import type { SettingsContext } from "../context.ts";
import { changedKeys } from "../settings.ts";
import { writeSettings } from "../settings_store.ts";
import { shownValue } from "../shown_value.ts";

/**
 * Writes the change down before anything is touched: what is wanted is on disk, and the steps after it make the world so, however
 * often they are interrupted.
 */
export const recordStep: Step<SettingsContext> = {
  id: "record",
  title: "Record the change",
  failure: {
    category: "storage",
    cannot: "The change could not be written down",
    nextAction:
      "See that the disk has room (df -h /) and can be written (findmnt -no OPTIONS /), then try again",
  },
  async look({ host, clock, current, settings }) {
    if (!isDeepStrictEqual((await current()).settings, settings)) return false;
    const kept = (await readSelection(host, clock))?.resolved;
    return kept === undefined || kept.channel === settings.channel;
  },
  async act(context) {
    const { host, clock, settings, by } = context;
    const before = await context.current();
    // An update reads the address and the channel from here, so this comes first.
    const resolved = { ...requireRelease(await context.release()), channel: settings.channel };
    await writeSelection(host, clock, resolved, settings);
    if (!isDeepStrictEqual(before.settings, settings)) {
      await writeSettings(host, clock, before, { settings, by });
    }
  },
  async plan({ current, settings }) {
    const before = (await current()).settings;
    return changedKeys(before, settings).map((key): Change => ({
      object: "Settings",
      field: fieldOf(key).label,
      from: shownValue(key, before),
      to: shownValue(key, settings),
    }));
  },
};
