import type { Settings } from "./settings.ts";

/**
 * Whether the pages may be opened by a name, given in small letters and without a final dot: the machine's own and those of the
 * options, else the application's host (a reverse proxy may have Alga and these pages behind one name) and the setting "Public
 * names". The settings are asked each time, so a change counts at once; no file is read for a name of the machine's own.
 */
export function createKnownNames(
  own: readonly string[],
  settings: { current(): Promise<Pick<Settings, "appUrl" | "publicNames"> | undefined> },
): (name: string) => Promise<boolean> {
  const ownNames = new Set(own.map((it) => it.toLowerCase()));
  return async (name) =>
    ownNames.has(name) || namesOf(await settings.current().catch(() => undefined)).includes(name);
}

function namesOf(settings: Pick<Settings, "appUrl" | "publicNames"> | undefined): string[] {
  if (settings === undefined) return [];
  const { appUrl, publicNames } = settings;
  return [
    ...publicNames.split(/[\s,]+/).filter(Boolean),
    ...(URL.canParse(appUrl) ? [new URL(appUrl).hostname] : []),
  ];
}
