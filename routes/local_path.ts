/** Only paths of our own; anything else leads to the start page. */
export function localPath(text: string | undefined): string {
  return text !== undefined && /^\/[A-Za-z0-9_\-./]*$/.test(text) && !text.startsWith("//") &&
      text !== "/login"
    ? text
    : "/";
}
