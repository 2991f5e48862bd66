/**
 * A mirror's address as it is entered, without a slash at its end; a text says what is wrong. Nothing of a user name or password
 * is repeated.
 */
export function parseMirror(text: string): { url: string } | { problem: string } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) return { problem: "is not a web address" };
  if (url.username || url.password) {
    return { problem: "must not hold a user name or password: they belong into the file of logins" };
  }
  if (url.search || url.hash) return { problem: "must end after its path" };
  const path = url.pathname.replace(/\/$/, "");
  if (!/^(\/[A-Za-z0-9._~-]+)*$/.test(path)) return { problem: "has a path that registries do not have" };
  return { url: `${url.origin}${path.replace(/\/v2$/, "")}` };
}

/**
 * Where the API of a mirror lies. A path before "/v2" is a place of its own ("https://host/artifactory/api/docker/ghcr"); one
 * behind it is put before each repository ("https://host/v2/ghcr").
 */
export function mirrorApi(mirror: string): { root: string; prefix: string } {
  const { origin, pathname } = new URL(mirror);
  const [, behind] = /^\/v2\/(.+)$/.exec(pathname) ?? [];
  return behind === undefined
    ? { root: `${origin}${pathname === "/" ? "" : pathname}/v2`, prefix: "" }
    : { root: `${origin}/v2`, prefix: `${behind}/` };
}

/** The mirror as registries.yaml names it: an address with a path is used as it stands, "/v2" included. */
export function containerdEndpoint(mirror: string): string {
  const { origin, pathname } = new URL(mirror);
  if (pathname === "/") return origin;
  const { root, prefix } = mirrorApi(mirror);
  return `${root}/${prefix}`.replace(/\/$/, "");
}

/**
 * The mirror as Flux asks it. Flux always puts "/v2" behind the host, so a path before it becomes one behind it; Artifactory has
 * the same repositories there by their name alone.
 */
export function fluxMirror(mirror: string): string {
  const { origin, pathname } = new URL(mirror);
  const [, artifactory] = /\/artifactory\/api\/docker\/([^/]+)$/.exec(pathname) ?? [];
  const path = artifactory ?? pathname.replace(/^\/(v2\/)?/, "");
  return path === "" ? origin : `${origin}/${path}`;
}
