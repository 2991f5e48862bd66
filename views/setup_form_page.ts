import type { VNode } from "preact";
import { html, visible } from "./html.ts";
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

interface Field {
  name: string;
  label: string;
  help?: string;
  type?: string;
  autocomplete?: string;
  width?: string;
}

const ORIGIN_TEXT: Record<string, string> = {
  dhcp: "from your network (DHCP)",
  default: "default",
  you: "you",
};

/** Questions of set-up; nothing changes on the machine before the answers were checked. */
export function setupFormPage(form: SetupForm): Page {
  const first = form.errors[0];
  const f = (field: Field) => inputField(form, field, first?.field === field.name);
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
          <section class="panel"><h2>Your company</h2>${f({
            name: "tenantName",
            label: "Company",
            autocomplete: "organization",
          })}</section>
          <section class="panel">
            <h2>First administrator</h2>
            ${f({
              name: "adminFirstName",
              label: "First name",
              autocomplete: "given-name",
              width: "w-m",
            })} ${f({
              name: "adminLastName",
              label: "Last name",
              autocomplete: "family-name",
              width: "w-m",
            })} ${f({
              name: "adminEmail",
              label: "E-mail",
              type: "email",
              autocomplete: "email",
              help: "You sign in to Alga with it.",
            })} ${f({
              name: "adminPassword",
              label: "Password",
              type: "password",
              autocomplete: "new-password",
              width: "w-m",
              help: (form.isAgain ? "Type it again: it is not shown here. " : "") +
                'At least 8 characters, with upper case, lower case, a digit and one of ! @ # $ % ^ & * ( ) , . ? " : { } | < >',
            })} ${f({
              name: "adminPasswordConfirm",
              label: "Password again",
              type: "password",
              autocomplete: "new-password",
              width: "w-m",
            })}
          </section>
          <section class="panel">
            <h2>Network</h2>
            ${f({
              name: "appUrl",
              label: "Application address",
              type: "url",
              help: "What people type to open Alga, for example https://psa.example.com",
            })}
            <fieldset id="dnsMode">
              <legend>DNS servers</legend>
              ${radio(
                form,
                "dnsMode",
                "system",
                "Keep those of this machine (recommended)",
                form.values.systemDns || "none found",
              )} ${radio(form, "dnsMode", "custom", "Use these instead", "")} ${f({
                name: "dnsServers",
                label: "Own DNS servers",
                help: "IPv4 addresses with commas between them. Only needed for your own choice.",
                width: "w-m",
              })}
            </fieldset>
          </section>
          <section class="panel">
            <details ...${form.errors.some((it) => ADVANCED.includes(it.field)) ? { open: true } : {}}>
              <summary>Advanced: channel, release, proxy</summary>
              <fieldset id="channel">
                <legend>Channel</legend>
                ${radio(form, "channel", "stable", "Stable", "For everyday use")} ${radio(
                  form,
                  "channel",
                  "nightly",
                  "Nightly",
                  "For testing, when Alga support asks for it",
                )}
              </fieldset>
              ${f({
                name: "releaseRef",
                label: "Release override",
                help: "A version or digest in place of the channel’s newest. Empty for most.",
                width: "w-m",
              })} ${f({
                name: "proxyUrl",
                label: "Proxy",
                type: "url",
                help: "For example http://proxy.example.com:3128. Empty without a proxy.",
              })} ${f({
                name: "noProxy",
                label: "Reached without the proxy",
                help: "Host names, domains and networks with commas between them.",
              })}
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

const ADVANCED = ["channel", "releaseRef", "proxyUrl", "noProxy"];

function inputField(form: SetupForm, field: Field, isFirstError: boolean): VNode {
  const wrong = form.errors.find((it) => it.field === field.name)?.message;
  const origin = form.origins[field.name];
  const described = [field.help && `${field.name}-help`, wrong && `${field.name}-why`].filter(Boolean).join(
    " ",
  );
  return html`
    <div class="${wrong ? "field wrong" : "field"}">
      <label class="name" for="${field.name}">${field.label}</label>
      ${field.help && html`
        <small id="${`${field.name}-help`}">${field.help}</small>
      `} ${wrong && html`
        <span class="why" id="${`${field.name}-why`}">${visible(wrong)}</span>
      `}
      <input
        id="${field.name}"
        name="${field.name}"
        type="${field.type ?? "text"}"
        class="${field.width ?? ""}"
        autocomplete="${field.autocomplete ?? "off"}"
        value="${field.type === "password" ? "" : form.values[field.name] ?? ""}"
        ...${described === "" ? {} : { "aria-describedby": described }}
        ...${wrong ? { "aria-invalid": "true" } : {}}
        ...${isFirstError ? { autofocus: true } : {}}
      />
      ${origin !== undefined && (form.values[field.name] ?? "") !== "" && html`
        <small>${ORIGIN_TEXT[origin] ?? origin}</small>
      `}
    </div>
  `;
}

function radio(form: SetupForm, name: string, value: string, label: string, help: string): VNode {
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
