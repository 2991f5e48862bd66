import type { OperationService } from "../operation/operation.ts";
import type { Settings } from "./settings.ts";

type Named = Pick<Settings, "appUrl" | "publicNames">;

/**
 * Whether the pages may be opened by a name, given in small letters and without a final dot: the machine's own of this moment and those of the
 * options, else the application's host (a reverse proxy may have Alga and these pages behind one name) and the setting "Public
 * names". What the settings say is kept in memory until setup or a change of settings comes on: a reverse proxy asks with each
 * request.
 */
export function createKnownNames(
  own: () => readonly string[],
  settings: { current(): Promise<Named | undefined> },
  engine: Pick<OperationService, "subscribe">,
): (name: string) => Promise<boolean> {
  let kept: Promise<readonly string[]> | undefined;
  engine.subscribe((name) => {
    if (name === "setup" || name === "settings") kept = undefined;
  });

  async function chosen(): Promise<readonly string[]> {
    const asked = kept ??= settings.current().then(namesOf);
    try {
      return await asked;
    } catch {
      // A disk that did not answer once may do so later.
      if (kept === asked) kept = undefined;
      return [];
    }
  }

  return async (name) => own().some((it) => it.toLowerCase() === name) || (await chosen()).includes(name);
}

function namesOf(settings: Named | undefined): string[] {
  if (settings === undefined) return [];
  const { appUrl, publicNames } = settings;
  return [
    ...publicNames.split(/[\s,]+/).filter(Boolean),
    ...(URL.canParse(appUrl) ? [new URL(appUrl).hostname] : []),
  ];
}
