import * as z from "zod";
import { ReleaseError } from "./release_error.ts";

/** User and password of one registry. */
export interface Credentials {
  user: string;
  password: string;
}

const Config = z.object({
  auths: z.record(z.string(), z.object({ auth: z.string().optional() })).default({}),
  credsStore: z.string().optional(),
  credHelpers: z.record(z.string(), z.string()).default({}),
});

/**
 * Credentials of a Docker config.json: nothing secret stands in arguments or the environment.
 * @returns a look-up by registry host; `undefined` for a registry the file does not name.
 * @throws {ReleaseError} If the file cannot be read; from the look-up, if a helper program holds them.
 */
export async function readDockerCredentials(
  path: string,
): Promise<(host: string) => Credentials | undefined> {
  const text = await Deno.readTextFile(path).catch((cause) => {
    throw new ReleaseError(`Cannot read "${path}"`, 'Sign in with "docker login", or name another file', {
      cause,
    });
  });
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    data = undefined; // no cause: the parser quotes the text, which holds passwords
  }
  const parsed = Config.safeParse(data);
  if (!parsed.success) {
    throw new ReleaseError(`"${path}" is not Docker's config.json`, "Name another file with --auth-file");
  }
  const { auths, credsStore, credHelpers } = parsed.data;
  return (host) => {
    const names = host === "docker.io" || host === "registry-1.docker.io"
      ? ["https://index.docker.io/v1/", "docker.io"]
      : [host, `https://${host}`, `http://${host}`];
    const entry = names.map((it) => auths[it]).find((it) => it !== undefined);
    if (entry?.auth !== undefined) return decode(entry.auth, host, path);
    if (credHelpers[host] !== undefined || (entry !== undefined && credsStore !== undefined)) {
      throw new ReleaseError(
        `"${path}" leaves the password of ${host} to a helper program`,
        `Name a file with --auth-file that holds "auths": { "${host}": { "auth": "…" } }`,
      );
    }
    return undefined;
  };
}

function decode(auth: string, host: string, path: string): Credentials {
  let text = "";
  try {
    text = new TextDecoder().decode(Uint8Array.fromBase64(auth.trim()));
  } catch {
    // told below, without the text
  }
  const colon = text.indexOf(":");
  if (colon < 1) {
    throw new ReleaseError(
      `The entry of ${host} in "${path}" cannot be read`,
      'Sign in again with "docker login"',
    );
  }
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
