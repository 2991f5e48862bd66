const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** The JSON in a text, or in bytes of UTF-8; `undefined` where there is none. */
export function tryParseJson(content: string | Uint8Array): unknown {
  try {
    return JSON.parse(typeof content === "string" ? content : UTF8.decode(content));
  } catch {
    return undefined;
  }
}

/** The object in a text; `undefined` where it holds no JSON, or another kind of value. */
export function tryParseObject(text: string): Record<string, unknown> | undefined {
  const value = tryParseJson(text);
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : undefined;
}
