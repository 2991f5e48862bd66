import type { VNode } from "preact";
import { type FieldKey, fieldOf } from "../agent/setup/inputs/fields.ts";
import { html, visible } from "./html.ts";

/** What a form shows: given values, proposals with their origin, and what was wrong. */
export interface FormState {
  csrfToken: string;
  values: Readonly<Record<string, string>>;
  /** Where a shown value came from: an origin's word, or words of one's own. */
  origins: Readonly<Record<string, string>>;
  errors: readonly { field: string; message: string }[];
}

/** How a field is typed: what a browser needs to know of it. */
export interface Input {
  type?: string;
  autocomplete?: string;
  width?: string;
  /** Lines of a text; one line without it. */
  rows?: number;
}

/** How each field is typed. */
export const INPUTS: Partial<Record<FieldKey, Input>> = {
  tenantName: { autocomplete: "organization" },
  adminFirstName: { autocomplete: "given-name", width: "w-m" },
  adminLastName: { autocomplete: "family-name", width: "w-m" },
  adminEmail: { type: "email", autocomplete: "email" },
  adminPassword: { type: "password", autocomplete: "new-password", width: "w-m" },
  appUrl: { type: "url" },
  dnsServers: { width: "w-m" },
  releaseRef: { width: "w-m" },
  proxyUrl: { type: "url" },
  caCerts: { width: "mono", rows: 6 },
};

const ORIGIN_TEXT: Record<string, string> = {
  dhcp: "from your network (DHCP)",
  default: "default",
  you: "you",
};

/** What is wrong, on top of the page, each with the way to its field. */
export function errorSummary(errors: FormState["errors"]): VNode | null {
  return errors.length === 0 ? null : html`
    <div class="summary" role="alert"><b>There is a problem</b>${errors.map((it) =>
      html`
        <a href="${`#${it.field}`}">${visible(it.message)}</a>
      `
    )}</div>
  `;
}

/** A field with a closed list of answers. `found`: what an answer stands for here. */
export function choices(
  form: FormState,
  key: FieldKey,
  found: Record<string, string> = {},
  after: VNode | null = null,
): VNode {
  const { label, choices = [] } = fieldOf(key);
  return html`
    <fieldset id="${key}">
      <legend>${label}</legend>
      ${choices.map(({ value, label, help }) =>
        radio({
          id: `${key}-${value}`,
          name: key,
          value,
          label,
          help: found[value] ?? help,
          isChosen: (form.values[key] ?? "") === value,
        })
      )} ${after}
    </fieldset>
  `;
}

/** One typed field with its label, help, error and origin. */
export function inputField(
  form: FormState,
  name: string,
  { label, help }: { label: string; help: string },
  input: Input = INPUTS[name as FieldKey] ?? {},
): VNode {
  const wrong = form.errors.find((it) => it.field === name)?.message;
  const origin = form.origins[name];
  const described = [help && `${name}-help`, wrong && `${name}-why`].filter(Boolean).join(" ");
  return html`
    <div class="${wrong ? "field wrong" : "field"}">
      <label class="name" for="${name}">${label}</label>
      ${help && html`
        <small id="${`${name}-help`}">${help}</small>
      `} ${wrong && html`
        <span class="why" id="${`${name}-why`}">${visible(wrong)}</span>
      `} ${control(name, input, {
        value: input.type === "password" ? "" : form.values[name] ?? "",
        ...(described === "" ? {} : { "aria-describedby": described }),
        ...(wrong ? { "aria-invalid": "true" } : {}),
        ...(form.errors[0]?.field === name ? { autofocus: true } : {}),
      })} ${origin !== undefined && (form.values[name] ?? "") !== "" && html`
        <small>${ORIGIN_TEXT[origin] ?? visible(origin)}</small>
      `}
    </div>
  `;
}

function control(
  name: string,
  { type, width, autocomplete, rows }: Input,
  state: Record<string, unknown>,
): VNode {
  return rows === undefined
    ? html`
      <input
        id="${name}"
        name="${name}"
        type="${type ?? "text"}"
        class="${width ?? ""}"
        autocomplete="${autocomplete ?? "off"}"
        ...${state}
      />
    `
    : html`
      <textarea
        id="${name}"
        name="${name}"
        rows="${rows}"
        class="${width ?? ""}"
        spellcheck="false"
        autocomplete="off"
        ...${state}
      ></textarea>
    `;
}

/** One answer of a closed list. `id` is ours, `value` and the words may be from outside. */
export interface Radio {
  id: string;
  name: string;
  value: string;
  label: string;
  help: string;
  isChosen: boolean;
}

export function radio({ id, name, value, label, help, isChosen }: Radio): VNode {
  return html`
    <div class="choice">
      <input type="radio" id="${id}" name="${name}" value="${value}" ...${isChosen
        ? { checked: true }
        : {}} /><label
        for="${id}"
      >${visible(label)}</label>${help === "" ? null : html`
        <small>${visible(help)}</small>
      `}
    </div>
  `;
}
