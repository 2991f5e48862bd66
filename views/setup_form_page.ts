import {
  type FieldGroup,
  fieldOf,
  FIELDS,
  GROUPS,
  SETUP_FIELD_KEYS,
  type SetupFieldKey,
} from "../agent/setup/inputs/fields.ts";
import { choices, errorSummary, type FormState, inputField, INPUTS } from "./form_field.ts";
import { type Content, html } from "./html.ts";
import { csrfField, type Page } from "./layout.ts";

/** What the form shows. */
export interface SetupForm extends FormState {
  /** The answers were given before; the password never comes back out. */
  isAgain?: boolean;
  /** The administrator's password was typed before and is kept. */
  hasPassword?: boolean;
  /** The proxy's password is kept. */
  hasProxyPassword?: boolean;
  /** The answers outlived a restart of the agent; passwords did not. */
  restored?: { proxyHadPassword: boolean } | undefined;
}

/** Questions of setup; nothing changes on the machine before the answers were checked. */
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
      form.restored && html`
        <p class="panel">${restoredText(form.restored)}</p>
      `,
      errorSummary(form.errors),
      html`
        <form method="post" action="/setup" novalidate>
          ${csrfField(form.csrfToken)}
          <section class="panel"><h2>${GROUPS.company}</h2>${group("company")}</section>
          <section class="panel"><h2>${GROUPS.administrator}</h2>${group("administrator")}</section>
          <section class="panel"><h2>${GROUPS.network}</h2>${group("network")}</section>
          <section class="panel">
            <details ...${isAdvancedOpen(form) ? { open: true } : {}}>
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

const ADVANCED = SETUP_FIELD_KEYS.filter((it) => FIELDS[it].group === "advanced");

/** What was given, is wrong or is asked for stays in sight, and a link to it leads somewhere in every browser. */
function isAdvancedOpen({ errors, values, restored }: SetupForm): boolean {
  return restored?.proxyHadPassword === true || ADVANCED.some((key) => {
    const proposal = fieldOf(key).default;
    const given = values[key] ?? "";
    return errors.some((it) => it.field === key) ||
      given !== "" && !(typeof proposal === "object" && proposal.value === given);
  });
}

function restoredText({ proxyHadPassword }: NonNullable<SetupForm["restored"]>): string {
  const proxy = proxyHadPassword ? ", and the proxy with its user name and password" : "";
  return `Your answers were kept. Passwords are never written to the disk with them: type the password again${proxy}.`;
}

/** One question as its kind wants it: typed, chosen, or chosen and then typed. */
function question(form: SetupForm, key: SetupFieldKey): Content {
  switch (key) {
    case "adminPassword":
      return [
        inputField(form, key, {
          ...fieldOf(key),
          help: `${
            form.hasPassword
              ? "Kept, and not shown: leave both fields empty to keep it. "
              : form.isAgain
              ? "Type it again: it is not shown here. "
              : ""
          }${FIELDS[key].help}`,
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
    case "signatures":
      return choices(form, key);
    case "proxyUrl":
      return inputField(form, key, {
        ...fieldOf(key),
        help: `${
          form.hasProxyPassword
            ? "The password is kept and not shown; it counts as long as host and user name stay. "
            : ""
        }${FIELDS[key].help}`,
      });
    default:
      return inputField(form, key, fieldOf(key), INPUTS[key]);
  }
}
