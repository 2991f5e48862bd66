import type { OperationService } from "../operation/operation.ts";
import type { SettingsService } from "./settings_service.ts";

/**
 * Host of the application's address, in small letters; `undefined` before setup, and where it cannot be read. Kept in memory until
 * setup or a change of settings comes on, since a reverse proxy asks for it with each request.
 */
export function followAppHost(
  settings: Pick<SettingsService, "current">,
  engine: Pick<OperationService, "subscribe">,
): () => Promise<string | undefined> {
  let kept: Promise<string | undefined> | undefined;
  engine.subscribe((name) => {
    if (name === "setup" || name === "settings") kept = undefined;
  });

  async function read(): Promise<string | undefined> {
    const appUrl = (await settings.current())?.appUrl;
    return appUrl !== undefined && URL.canParse(appUrl) ? new URL(appUrl).hostname : undefined;
  }

  return async () => {
    const asked = kept ??= read();
    try {
      return await asked;
    } catch {
      // A disk that did not answer once may do so later.
      if (kept === asked) kept = undefined;
      return undefined;
    }
  };
}
