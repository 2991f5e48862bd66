/** Parameters of a `WWW-Authenticate: Bearer` challenge. @see Docker token authentication specification */
export interface BearerChallenge {
  realm: string;
  service: string | undefined;
}

/**
 * Reads the header of a 401; `undefined` when it asks for something else than a bearer token of a web server: a realm may name a
 * file, which would be read and sent to whoever asked. Never throws.
 */
export function parseChallenge(header: string): BearerChallenge | undefined {
  if (!/^bearer\s/i.test(header)) return undefined;
  const parameters = new Map<string, string>();
  for (const match of header.slice(7).matchAll(/([A-Za-z_]+)\s*=\s*(?:"([^"]*)"|([^\s,"]+))/g)) {
    parameters.set((match[1] ?? "").toLowerCase(), match[2] ?? match[3] ?? "");
  }
  const realm = parameters.get("realm");
  if (realm === undefined || !URL.canParse(realm) || !/^https?:$/.test(new URL(realm).protocol)) {
    return undefined;
  }
  return { realm, service: parameters.get("service") };
}
