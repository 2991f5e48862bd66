/** What was typed as a proxy, without the password in it, whether or not it is an address. */
export function withoutTypedPassword(text: string): string {
  const at = text.lastIndexOf("@");
  const start = text.indexOf("://");
  if (at < 0) return text;
  const from = start < 0 ? 0 : start + 3;
  const colon = text.slice(from, at).indexOf(":");
  return colon < 0 ? text : text.slice(0, from + colon) + text.slice(at);
}
