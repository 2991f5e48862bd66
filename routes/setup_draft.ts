import { withKeptPassword } from "../agent/settings/merge_settings.ts";
import { type FieldError, type SetupField, SetupInputs, toFieldErrors } from "../agent/setup/mod.ts";
import { withoutTypedPassword } from "./typed_proxy.ts";

/** What was typed into the form of setup, until it is sent off. Passwords stay here, and never go back into the form. */
export interface SetupDraft {
  /** The answers as a whole; `undefined` while a field is wrong. */
  inputs: SetupInputs | undefined;
  /** What the form shows again. */
  shown: Readonly<Record<string, string>>;
  /** As it was typed twice; empty when it has to be typed. */
  adminPassword: string;
  /** With the password in it, which comes back with the same host and user. */
  proxyUrl: string;
}

const FIELDS = Object.keys(SetupInputs.shape) as SetupField[];
const AGAIN = "adminPasswordConfirm";
/** The fields from the top of the form to its end. */
const ORDER: readonly string[] = FIELDS.flatMap((it) => it === "adminPassword" ? [it, AGAIN] : [it]);

/** Reads what the form sent. A password that was left empty is the one typed before. */
export function readSetupForm(
  sent: URLSearchParams,
  kept: Pick<SetupDraft, "adminPassword" | "proxyUrl">,
): { draft: SetupDraft; errors: FieldError[] } {
  const given = Object.fromEntries(ORDER.map((it) => [it, sent.get(it) ?? ""])) as Record<SetupField, string>;
  const { [AGAIN]: again = "", ...fields } = given as Record<string, string>;
  const isKept = given.adminPassword === "" && again === "" && kept.adminPassword !== "";
  const proxy = SetupInputs.shape.proxyUrl.safeParse(given.proxyUrl);
  const unknown = [...sent.keys()].filter((it) => !ORDER.includes(it) && it !== "csrf");
  const parsed = SetupInputs.safeParse({
    ...fields,
    ...isKept ? { adminPassword: kept.adminPassword } : {},
    ...proxy.success ? { proxyUrl: withKeptPassword(kept.proxyUrl, proxy.data) } : {},
    ...Object.fromEntries(unknown.map((it) => [it, ""])),
  });
  const errors = parsed.success ? [] : toFieldErrors(parsed.error);
  const isSame = isKept || given.adminPassword === again;
  const isPasswordWrong = errors.some((it) => it.field === "adminPassword");
  if (!isSame && !isPasswordWrong) errors.push({ field: AGAIN, message: "The two passwords differ" });
  return {
    draft: {
      inputs: parsed.success && errors.length === 0 ? parsed.data : undefined,
      shown: Object.fromEntries(
        FIELDS.filter((it) => it !== "adminPassword").map((it) => [
          it,
          it === "proxyUrl" ? withoutTypedPassword(given[it]) : given[it],
        ]),
      ),
      adminPassword: isPasswordWrong || !isSame ? "" : isKept ? kept.adminPassword : given.adminPassword,
      proxyUrl: proxy.success ? withKeptPassword(kept.proxyUrl, proxy.data) : "",
    },
    errors: errors.sort((a, b) => placeOf(a.field) - placeOf(b.field)),
  };
}

/** Fields that the form does not have come last. */
function placeOf(field: string): number {
  const place = ORDER.indexOf(field);
  return place < 0 ? ORDER.length : place;
}
