import type { SetupReply, SetupService } from "../setup_service.ts";
import { toAnswers } from "./defaults.ts";
import { fieldOf, SETUP_FIELD_KEYS, type SetupFieldKey } from "./fields.ts";
import { type FieldError, type Origin, SetupInputs, toFieldErrors } from "./schema.ts";
import type { Answer } from "../setup_state.ts";

/** Answers that are typed one by one, as a console shows them. */
export interface TypedView {
  /** Texts of all fields but the password, which never comes back. */
  values: Readonly<Partial<Record<SetupFieldKey, string>>>;
  origins: Readonly<Partial<Record<SetupFieldKey, Origin>>>;
  hasPassword: boolean;
  /** The fields that count for these answers, in their order. */
  asked: readonly SetupFieldKey[];
  /** What cannot be used yet, one a field. */
  errors: readonly FieldError[];
  /** For the last look before the start; empty while something cannot be used. */
  answers: readonly Answer[];
}

/** The answers of the console. They live in the agent, so that a line that breaks loses none of them. */
export interface TypedAnswers {
  view(): Promise<TypedView>;
  /** Takes one answer; gives what is wrong with it, which then is not kept. */
  put(field: SetupFieldKey, text: string): Promise<FieldError | undefined>;
  /** Hands the answers in. `undefined` while something cannot be used. */
  submit(options: { by: string; checksOnly: boolean }): Promise<SetupReply | undefined>;
}

/**
 * Begins where the form of the pages would: with what was typed there and not sent off, with what was given before, with the
 * proposals of the machine. Whole answers are kept for that form, too.
 */
export function createTypedAnswers(
  setup: Pick<SetupService, "defaults" | "draft" | "given" | "secrets" | "keepDraft" | "submit">,
): TypedAnswers {
  const typed = new Map<SetupFieldKey, string>();

  async function valueOf(): Promise<
    { values: Record<SetupFieldKey, string>; origins: TypedView["origins"] }
  > {
    const [defaults, draft] = [await setup.defaults(), await setup.draft()];
    const before: Readonly<Record<string, unknown>> = draft?.answers ?? setup.given() ?? {};
    const values = {} as Record<SetupFieldKey, string>;
    const origins: Partial<Record<SetupFieldKey, Origin>> = {};
    for (const key of SETUP_FIELD_KEYS) {
      // Those of the machine are only used as its own; a list of others begins empty.
      const proposed = key === "dnsServers" ? undefined : defaults[key];
      const given = typed.get(key) ?? (before[key] === undefined ? undefined : textOf(before[key]));
      const listed = fieldOf(key).default;
      values[key] = given ?? proposed?.value ?? (typeof listed === "object" ? listed.value : "");
      if (proposed !== undefined && values[key] === proposed.value) origins[key] = proposed.origin;
      else if (given !== undefined) origins[key] = "you";
    }
    values.adminPassword = typed.get("adminPassword") ?? setup.secrets().adminPassword;
    const kept = setup.secrets().proxyUrl;
    if (!typed.has("proxyUrl") && withoutCredentials(kept) === values.proxyUrl) values.proxyUrl = kept;
    if (values.dnsMode !== "custom") values.dnsServers = "";
    if (values.proxyUrl === "") values.noProxy = "";
    return { values, origins };
  }

  return {
    async view() {
      const { values, origins } = await valueOf();
      const parsed = SetupInputs.safeParse(values);
      const { adminPassword, ...shown } = values;
      const proxy = SetupInputs.shape.proxyUrl.safeParse(shown.proxyUrl);
      return {
        values: { ...shown, proxyUrl: withoutCredentials(proxy.success ? proxy.data : "") },
        origins,
        hasPassword: adminPassword !== "",
        asked: askedFields(values),
        errors: parsed.success ? [] : toFieldErrors(parsed.error),
        answers: parsed.success ? toAnswers(parsed.data, await setup.defaults()) : [],
      };
    },
    async put(field, text) {
      const one = SetupInputs.shape[field].safeParse(text);
      if (!one.success) return { field, message: one.error.issues[0]?.message ?? "Cannot be used" };
      typed.set(field, field === "adminPassword" ? text : textOf(one.data));
      const parsed = SetupInputs.safeParse((await valueOf()).values);
      // A disk that takes nothing is told by the status; the answers are still here.
      if (parsed.success) await setup.keepDraft(parsed.data).catch(() => {});
      return undefined;
    },
    async submit(options) {
      const parsed = SetupInputs.safeParse((await valueOf()).values);
      if (!parsed.success) return undefined;
      const reply = await setup.submit(parsed.data, options);
      if (reply.ok) typed.clear();
      return reply;
    },
  };
}

function askedFields({ dnsMode, proxyUrl }: Record<SetupFieldKey, string>): SetupFieldKey[] {
  const isLeftOut: Partial<Record<SetupFieldKey, boolean>> = {
    dnsServers: dnsMode !== "custom",
    noProxy: proxyUrl === "",
    // Who has a reverse proxy sets up by it, or by a file; before a screen the question would only be in the way.
    publicNames: true,
  };
  return SETUP_FIELD_KEYS.filter((it) => !isLeftOut[it]);
}

function textOf(value: unknown): string {
  return Array.isArray(value) ? value.join(", ") : String(value);
}

function withoutCredentials(proxyUrl: string): string {
  if (proxyUrl === "") return "";
  const url = new URL(proxyUrl);
  return `${url.protocol}//${url.host}`;
}
