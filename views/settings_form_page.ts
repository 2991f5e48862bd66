import { fieldOf } from "../agent/setup/inputs/fields.ts";
import { SETTING_KEYS, type SettingKey } from "../agent/settings/settings.ts";
import { choices, errorSummary, type FormState, inputField } from "./form_field.ts";
import { type Content, html } from "./html.ts";
import { csrfField, type Page } from "./layout.ts";

/** What the form of settings shows. */
export interface SettingsForm extends FormState {
  /** A proxy's password is kept on the appliance. */
  hasPassword: boolean;
}

const TITLE = "Change settings";

/** Every setting that may be changed; nothing changes before the next page. */
export function settingsFormPage(form: SettingsForm): Page {
  return {
    title: form.errors.length > 0 ? `Error: ${TITLE}` : TITLE,
    narrow: true,
    body: [
      html`
        <header>
          <h1>${TITLE}</h1>
          <p class="soft">Nothing changes before you have seen what it will do.</p>
        </header>
      `,
      errorSummary(form.errors),
      html`
        <form method="post" action="/settings/change" novalidate>
          ${csrfField(form.csrfToken)}
          <section class="panel">${SETTING_KEYS.filter((it) => it !== "dnsServers").map((it) =>
            question(form, it)
          )}</section>
          <div class="acts">
            <button class="big">Continue</button><a href="/settings">Back without a change</a>
          </div>
        </form>
      `,
    ],
  };
}

function question(form: SettingsForm, key: SettingKey): Content {
  switch (key) {
    case "dnsMode":
      return choices(
        form,
        key,
        { system: form.values.systemDns || "none found" },
        inputField(form, "dnsServers", fieldOf("dnsServers")),
      );
    case "channel":
    case "signatures":
      return choices(form, key);
    case "proxyUrl": {
      const field = fieldOf(key);
      const kept = "The password is kept and not shown; it counts as long as host and user name stay. ";
      return inputField(form, key, { ...field, help: `${form.hasPassword ? kept : ""}${field.help}` });
    }
    default:
      return inputField(form, key, fieldOf(key));
  }
}
