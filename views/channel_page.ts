import type { VNode } from "preact";
import { utcMinute } from "../agent/text/utc_time.ts";
import { dayName, DAYS } from "../agent/update/maintenance_window.ts";
import type { UpdateView } from "../agent/update/update_service.ts";
import { button } from "./form_button.ts";
import { errorSummary, type FormState, inputField, radio } from "./form_field.ts";
import { type Content, html, visible } from "./html.ts";
import { csrfField, mark, type Page } from "./layout.ts";
import { leftOut } from "./left_out.ts";

/** What the page shows: what counts, and what was typed where something of it was wrong. */
export interface ChannelForm {
  csrfToken: string;
  view: UpdateView;
  /** Of the settings; empty where they are lost. */
  channel: string;
  /** What was typed; without it what counts is shown. */
  values: Readonly<Record<string, string>>;
  errors: readonly { field: string; message: string }[];
}

const BASE = "/updates/channel";
/** Changes that the page shows; the command and the API have them all. */
const MOST_SHOWN = 10;
/** Where a wrong part of a request was typed. */
const FIELDS: Readonly<Record<string, string>> = {
  override: "hours",
  window: "days",
  automatic: "delayDays",
};

/** Which release this appliance follows, and when updates begin. */
export function channelPage(given: ChannelForm): Page {
  // Two forms ask whether support asked.
  const ofOverride = "hours" in given.values ? { supportAsked: "supportAsked-override" } : {};
  const fields: Readonly<Record<string, string>> = { ...FIELDS, ...ofOverride };
  const errors = given.errors.map(({ field, message }) => ({ message, field: fields[field] ?? field }));
  const form = { ...given, errors, values: { ...shownValues(given.view), ...given.values }, origins: {} };
  const { rules } = given.view;
  return {
    title: "Channel and maintenance",
    narrow: true,
    body: [
      errorSummary(errors),
      html`
        <header>
          <h1>Channel and maintenance</h1>
          <p class="soft">
            Which release this appliance follows, and when updates begin. <a href="/updates">Back to the updates</a>
          </p>
        </header>
      `,
      channelPanel(given),
      pinPanel(form, rules),
      windowPanel(form, rules),
      overridePanel(form, rules),
      changesPanel(rules),
    ],
  };
}

function shownValues({ rules, installed }: UpdateView): Record<string, string> {
  const { pin, window, automatic } = rules;
  return {
    pin: pin ?? installed?.version ?? "",
    days: window?.days.join(" ") ?? "",
    from: window?.from ?? "02:00",
    length: String(window?.hours ?? 3),
    automatic: automatic ? "yes" : "",
    delayDays: String(automatic?.delayDays ?? 7),
    hours: "24",
  };
}

function tick(label: string, box: { name: string; value: string; id?: string; checked?: boolean }): VNode {
  const { checked, ...rest } = box;
  const attributes = { type: "checkbox", ...rest, ...(checked ? { checked: true } : {}) };
  return html`
    <label class="check"><input ...${attributes} /><span>${label}</span></label>
  `;
}

function supportBox(id: string): VNode {
  return tick("Alga support asked me to", { id, name: "supportAsked", value: "yes" });
}

function channelPanel({ csrfToken, channel }: ChannelForm): VNode {
  const choice = (value: string, label: string, help: string) =>
    radio({
      id: `channel-${value}`,
      name: "channel",
      value,
      label,
      help,
      isChosen: channel === value,
    });
  return html`
    <section class="panel">
      <h2>Channel</h2>
      <form method="post" action="${BASE}">
        ${csrfField(csrfToken)}
        <fieldset id="channel">
          <legend>Releases come from</legend>
          ${choice("stable", "Stable", "Releases that were tested")} ${choice(
            "nightly",
            "Nightly",
            "For tests; only where Alga support asked for it",
          )}
        </fieldset>
        ${supportBox("supportAsked")}
        <div class="acts"><button>Change the channel</button></div>
      </form>
    </section>
  `;
}

function pinPanel(form: FormState, { pin }: UpdateView["rules"]): VNode {
  return html`
    <section class="panel">
      <h2>Pin</h2>
      <p>${pin === undefined ? "Not pinned: this appliance follows its channel." : html`
        <span>Pinned to <b>${visible(pin)}</b>. Newer releases are shown, and not installed.</span>
      `}</p>
      <form method="post" action="${`${BASE}/pin`}">
        ${csrfField(form.csrfToken)}${inputField(form, "pin", {
          label: "Version or digest",
          help: "The version that is installed stays; another one is installed by an update.",
        }, { width: "w-m" })}
        <div class="acts"><button>Pin</button></div>
      </form>
      ${pin === undefined ? null : button(`${BASE}/unpin`, "Back to the channel", form.csrfToken, "quiet")}
    </section>
  `;
}

function windowPanel(form: FormState, { window, timeZone, next }: UpdateView["rules"]): VNode {
  const chosen = (form.values["days"] ?? "").split(" ");
  const days = DAYS.map((it) => tick(dayName(it), { name: "day", value: it, checked: chosen.includes(it) }));
  const automatic = tick("Install updates by themselves in the window, where no check finds anything", {
    name: "automatic",
    value: "yes",
    checked: form.values["automatic"] === "yes",
  });
  const now = window === undefined
    ? "No window: updates may begin at any time."
    : `${window.text}; ${visible(window.now)}.`;
  return html`
    <section class="panel">
      <h2>Maintenance window</h2>
      <p>${now} ${visible(next.text)}</p>
      <form method="post" action="${`${BASE}/window`}">
        ${csrfField(form.csrfToken)}
        <fieldset id="days">
          <legend>Days; none for no window</legend>
          ${days}
        </fieldset>
        ${inputField(form, "from", {
          label: "From",
          help: `Time of day in the time zone of this machine, ${visible(timeZone)}`,
        }, { type: "time", width: "w-m" })} ${inputField(form, "length", {
          label: "Hours",
          help: "An update begins within them; it may end later.",
        }, { type: "number", width: "w-m" })} ${automatic} ${inputField(form, "delayDays", {
          label: "Days after publication",
          help: "A release is not installed by itself before.",
        }, { type: "number", width: "w-m" })}
        <div class="acts"><button>Save</button></div>
      </form>
    </section>
  `;
}

function overridePanel(form: FormState, { override }: UpdateView["rules"]): VNode {
  return html`
    <section class="panel">
      <h2>Testing override</h2>
      <p>${override === undefined
        ? "For tests with Alga support: another release or another place of releases, for some time."
        : `In force: ${visible(override.text)}.`}</p>
      ${override === undefined
        ? html`
          <form method="post" action="${`${BASE}/override`}">
            ${csrfField(form.csrfToken)}${inputField(form, "reference", {
              label: "Version or digest",
              help: "Empty: the channel's",
            }, { width: "w-m" })} ${inputField(form, "repository", {
              label: "Repository",
              help: "With its registry, like ghcr.io/example/releases. Empty: the usual one",
            })} ${inputField(form, "hours", {
              label: "Hours until it ends by itself",
              help: "At most 720",
            }, { type: "number", width: "w-m" })} ${supportBox("supportAsked-override")}
            <div class="acts"><button>Begin the override</button></div>
          </form>
        `
        : button(`${BASE}/end-override`, "End it now", form.csrfToken, "quiet")}
    </section>
  `;
}

function changesPanel({ changes }: UpdateView["rules"]): Content {
  if (changes.length === 0) return null;
  return html`
    <section class="panel">
      <h2>Changes</h2>
      <ul class="rows">${changes.slice(0, MOST_SHOWN).map(({ at, by, text }) =>
        html`
          <li class="idle">
            ${mark("idle")}<h3>${visible(text)}</h3>
            <p><time datetime="${at}">${utcMinute(at)}</time> by ${visible(by)}.</p>
          </li>
        `
      )}</ul>
      ${leftOut(
        changes.length - MOST_SHOWN,
        html`
          <code>sudo alga-agent channel</code>
        `,
      )}
    </section>
  `;
}
