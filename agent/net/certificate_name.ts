import { withoutHidden } from "../text/hidden_characters.ts";

const LOOK_LIMIT_CHARS = 16 * 1024;
const NAME_LIMIT_CHARS = 100;

/** The common name of a subject or an issuer, else the organisation, else "". Whoever made the certificate chose it: no control characters, no quotes, not long. */
export function certificateName(value: unknown): string {
  if (typeof value !== "object" || value === null) return "";
  const { CN, O } = value as Record<string, unknown>;
  const text = [CN, O].flat().find((it): it is string => typeof it === "string" && it.trim() !== "") ?? "";
  return withoutHidden(text.slice(0, LOOK_LIMIT_CHARS)).replaceAll(/"+/g, " ").trim().slice(
    0,
    NAME_LIMIT_CHARS,
  );
}
