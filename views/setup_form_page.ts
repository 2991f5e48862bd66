import type { VNode } from "preact";
import {
  type Choice,
  type FieldGroup,
  type FieldKey,
  fieldOf,
  FIELDS,
  GROUPS,
  SETUP_FIELD_KEYS,
  type SetupFieldKey,
} from "../agent/setup/inputs/fields.ts";
import { type Content, html, visible } from "./html.ts";
import { csrfField, type Page } from "./layout.ts";

/** What the form shows: given values, proposals with their origin, and what was wrong. */
export interface SetupForm {
  csrfToken: string;
  values: Record<string, string>;
  origins: Record<string, string>;
  errors: readonly { field: string; message: string }[];
  /** The answers were given before; the password never comes back out. */
  isAgain?: boolean;
}

/** How a field is typed: what a browser needs to know of it. */
interface Input {
  type?: string;
  autocomplete?: string;
  width?: string;
}

const INPUTS: Partial<Record<FieldKey, Input>> = {
  tenantName: { autocomplete: "organization" },
  adminFirstName: { autocomplete: "given-name", width: "w-m" },
  adminLastName: { autocomplete: "family-name", width: "w-m" },
  adminEmail: { type: "email", autocomplete: "email" },
  adminPassword: { type: "password", autocomplete: "new-password", width: "w-m" },
  appUrl: { type: "url" },
  dnsServers: { width: "w-m" },
  releaseRef: { width: "w-m" },
  proxyUrl: { type: "url" },
};

const ORIGIN_TEXT: Record<string, string> = {
  dhcp: "from your network (DHCP)",
  default: "default",
  you: "you",
};

/** Questions of set-up; nothing changes on the machine before the answers were checked. */
export function setupFormPage(form: SetupForm): Page {
  const first = form.errors[0];
  const group = (name: FieldGroup) =>
    SETUP_FIELD_KEYS.filter((it) => FIELDS[it].group === name && it !== "dnsServers").map((it) =>
      question(form, it)
    );
  return {
    title: first ? "Error: Set up this appliance" : "Set up this appliance",
    narrow: true,
    body: [
      html`
        <header>
          <h1>Set up this appliance</h1>
          <p class="soft">Nothing changes before you have checked your answers.</p>
        </header>
      `,
      first && html`
        <div class="summary" role="alert"><b>There is a problem</b>${form.errors.map((it) =>
          html`
            <a href="${`#${it.field}`}">${visible(it.message)}</a>
          `
        )}</div>
      `,
      html`
        <form method="post" action="/setup" novalidate>
          ${csrfField(form.csrfToken)}
          <section class="panel"><h2>${GROUPS.company}</h2>${group("company")}</section>
          <section class="panel"><h2>${GROUPS.administrator}</h2>${group("administrator")}</section>
          <section class="panel"><h2>${GROUPS.network}</h2>${group("network")}</section>
          <section class="panel">
            <details ...${form.errors.some((it) => ADVANCED.includes(it.field)) ? { open: true } : {}}>
              <summary>${GROUPS.advanced}</summary>
              ${group("advanced")}
            </details>
          </section>
          <div class="acts">
            <button class="big">Continue</button><span class="soft">Next: check your answers</span>
          </div>
        </form>
      `,
    ],
  };
}

const ADVANCED: readonly string[] = SETUP_FIELD_KEYS.filter((it) => FIELDS[it].group === "advanced");

/** One question as its kind wants it: typed, chosen, or chosen and then typed. */
function question(form: SetupForm, key: SetupFieldKey): Content {
  switch (key) {
    case "adminPassword":
      return [
        inputField(form, key, {
          ...fieldOf(key),
          help: `${form.isAgain ? "Type it again: it is not shown here. " : ""}${FIELDS[key].help}`,
        }),
        inputField(form, "adminPasswordConfirm", { label: "Password again", help: "" }, INPUTS.adminPassword),
      ];
    case "dnsMode":
      return choices(
        form,
        key,
        { system: form.values.systemDns || "none found" },
        inputField(form, "dnsServers", FIELDS.dnsServers, INPUTS.dnsServers),
      );
    case "channel":
      return choices(form, key);
    default:
      return inputField(form, key, fieldOf(key), INPUTS[key]);
  }
}

/** A field with a closed list of answers. `found`: what an answer stands for here. */
function choices(
  form: SetupForm,
  key: FieldKey,
  found: Record<string, string> = {},
  after: VNode | null = null,
): VNode {
  const { label, choices = [] } = fieldOf(key);
  return html`
    <fieldset id="${key}">
      <legend>${label}</legend>
      ${choices.map((it) => radio(form, key, it, found[it.value] ?? it.help))} ${after}
    </fieldset>
  `;
}

function inputField(
  form: SetupForm,
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
      `}
      <input
        id="${name}"
        name="${name}"
        type="${input.type ?? "text"}"
        class="${input.width ?? ""}"
        autocomplete="${input.autocomplete ?? "off"}"
        value="${input.type === "password" ? "" : form.values[name] ?? ""}"
        ...${described === "" ? {} : { "aria-describedby": described }}
        ...${wrong ? { "aria-invalid": "true" } : {}}
        ...${form.errors[0]?.field === name ? { autofocus: true } : {}}
      />
      ${origin !== undefined && (form.values[name] ?? "") !== "" && html`
        <small>${ORIGIN_TEXT[origin] ?? origin}</small>
      `}
    </div>
  `;
}

function radio(form: SetupForm, name: string, { value, label }: Choice, help: string): VNode {
  const id = `${name}-${value}`;
  const checked = (form.values[name] ?? "") === value;
  return html`
    <div class="choice">
      <input type="radio" id="${id}" name="${name}" value="${value}" ...${checked
        ? { checked: true }
        : {}} /><label
        for="${id}"
      >${label}</label>${help === "" ? null : html`
        <small>${visible(help)}</small>
      `}
    </div>
  `;
}
