import type { VNode } from "preact";
import type { NetworkInterface } from "../agent/network/link_state.ts";
import type { NetworkView } from "../agent/network/network_service.ts";
import { formOf, LINK_FIELDS, LINK_METHODS } from "../agent/network/link_fields.ts";
import { otherRoutes } from "../agent/network/other_routes.ts";
import { TRIAL_MS } from "../agent/operation/trial_ms.ts";
import { button } from "./form_button.ts";
import { errorSummary, type FormState, inputField, radio } from "./form_field.ts";
import { html, visible } from "./html.ts";
import { clockTime, csrfField, mark, type Page, sentence } from "./layout.ts";

const TRIAL_SEC = TRIAL_MS / 1000;

/** The network of this machine: what it has, what is being tried, and the form that changes a link. */
export function networkPage(
  { csrfToken, view, given, errors }: {
    csrfToken: string;
    view: NetworkView;
    /** As typed, where something was wrong. */
    given: Readonly<Record<string, string>>;
    errors: FormState["errors"];
  },
): Page {
  const { state } = view.operation;
  const isFree = state.status !== "running";
  return {
    title: errors.length > 0 ? "Error: Network" : "Network",
    narrow: true,
    tone: state.status === "running" ? "busy" : "idle",
    body: [
      html`
        <header>
          <h1>Network</h1>
          <p class="soft">
            How this machine is reached. New settings are tried for ${TRIAL_SEC} seconds; unless somebody keeps them,
            the old ones come back.
          </p>
        </header>
      `,
      errorSummary(errors),
      whatGoesOn(view, csrfToken),
      nowPanel(view),
      isFree && changeForm(csrfToken, view, given, errors),
    ],
  };
}

function whatGoesOn({ operation, trial }: NetworkView, csrfToken: string): VNode | null {
  const { state, conditions } = operation;
  if (trial !== undefined) {
    return html`
      <header class="hero busy">
        <h2>${mark("busy")}<span>New settings are being tried</span></h2>
        <p>
          Open these pages at the new address and keep them there, before ${clockTime(
            trial.endsAt,
          )} UTC. Or do it at the machine:
          <code>sudo alga-agent network keep</code>
        </p>
        <div class="acts">${button("/network/take-back", "Take them back now", csrfToken)}</div>
      </header>
    `;
  }
  switch (state.status) {
    case "running":
      return html`
        <header class="hero busy"><h2>${mark("busy")}<span>${visible(
          state.message || "Changing the network",
        )}</span></h2></header>
      `;
    case "failed":
      return html`
        <header class="hero bad">
          <h2>${mark("bad")}<span>${visible(state.failure.message)}</span></h2>
          <p><b>What to do:</b> ${sentence(state.failure.suggestedNextStep)}</p>
        </header>
      `;
    case "blocked":
      return html`
        <div class="panel">
          <h2>The change waits for you</h2>
          ${conditions.map((it) =>
            html`
              <p>${sentence(it.cause)} <b>What to do:</b> ${sentence(it.wayOut)}</p>
            `
          )} ${conditions.every((it) => it.mayBeAccepted)
            ? html`
              <form method="post" action="/network/accept">
                ${csrfField(csrfToken)}${conditions.map((it) =>
                  html`
                    <input type="hidden" name="checkId" value="${it.id}" />
                  `
                )}<button>Accept and try it</button>
              </form>
            `
            : null}
        </div>
      `;
    case "done":
      return html`
        <p class="soft">The last change was kept, asked for by ${visible(operation.by ?? "the agent")}.</p>
      `;
    default:
      return null;
  }
}

function nowPanel({ links, routes, dnsServers }: NetworkView): VNode {
  const gateway = routes.find((it) => it.destination === "default")?.gateway;
  const others = otherRoutes(routes);
  return html`
    <div class="panel">
      <h2>Now</h2>
      <dl class="answers">
        ${links.map((it) =>
          html`
            <div>
              <dt>${visible(it.name)}</dt>
              <dd>${visible(addressesOf(it))}</dd>
            </div>
          `
        )}
        <div>
          <dt>Gateway</dt>
          <dd>${visible(gateway ?? "none: nothing outside of this network can be reached")}</dd>
        </div>
        ${others.length > 0 && html`
          <div>
            <dt>Routes</dt>
            <dd>${visible(others.join(", "))}</dd>
          </div>
        `}
        <div>
          <dt>DNS servers</dt>
          <dd>${visible(dnsServers.join(", ") || "none: names cannot be looked up")}</dd>
        </div>
      </dl>
    </div>
  `;
}

function addressesOf({ hasCarrier, addresses }: NetworkInterface): string {
  if (!hasCarrier) return "no link: no cable, or the other end is off";
  if (addresses.length === 0) return "no address: DHCP has given none";
  return addresses.map((it) => `${it.address}/${it.prefixLength} ${it.isDynamic ? "from DHCP" : "(fixed)"}`)
    .join(", ");
}

function changeForm(
  csrfToken: string,
  { links, routes, dnsServers }: NetworkView,
  given: Readonly<Record<string, string>>,
  errors: FormState["errors"],
): VNode | null {
  if (links.length === 0) return null;
  const main = routes.find((it) => it.destination === "default");
  const now = { links, gateway: main?.gateway ?? "", dnsServers };
  const values = { ...formOf(now, given.link ?? main?.device), ...given };
  const form = { csrfToken, values, origins: {}, errors };
  return html`
    <form class="panel" method="post" action="/network/change" novalidate>
      <h2>Change a link</h2>
      ${csrfField(csrfToken)}
      <fieldset id="link">
        <legend>${LINK_FIELDS.link.label}</legend>
        ${links.map((it, i) =>
          radio({
            id: `link-${i}`,
            name: "link",
            value: it.name,
            label: it.name,
            help: addressesOf(it),
            isChosen: it.name === values.link,
          })
        )}
      </fieldset>
      <fieldset id="method">
        <legend>${LINK_FIELDS.method.label}</legend>
        ${LINK_METHODS.map((it) =>
          radio({ ...it, id: `method-${it.value}`, name: "method", isChosen: it.value === values.method })
        )}
      </fieldset>
      ${(["address", "gateway", "dnsServers"] as const).map((it) =>
        inputField(form, it, LINK_FIELDS[it], { width: "w-m" })
      )}
      <div class="acts">
        <button class="big">Try it for ${TRIAL_SEC} seconds</button><a href="/settings">Back without a change</a>
      </div>
    </form>
  `;
}

/** Where to keep the new settings; leaves the machine before its address changes. */
export function triedPage(
  { url, goesInSec, mark: trialMark, endsAt }: {
    url: string | undefined;
    /** When the browser goes there by itself. */
    goesInSec: number;
    mark: string;
    endsAt: string;
  },
): Page {
  return {
    title: "New settings are being tried",
    narrow: true,
    tone: "busy",
    body: html`
      <section class="panel">
        <h1>Keep them at the new address</h1>
        <p>In a moment this machine has its new address. Open it and press Keep, before ${clockTime(
          endsAt,
        )} UTC.</p>
        ${url === undefined
          ? html`
            <p>
              DHCP gives the new address: the console of this machine shows it. Open these pages there, at
              <code>/network/keep?trial=${trialMark}</code>
            </p>
          `
          : html`
            <p class="acts"><a class="button" href="${url}">Go to the new address</a></p>
            <p class="soft">This page goes there by itself after ${goesInSec} seconds.</p>
          `}
        <p>If nobody keeps them, the old settings come back and this address works again.</p>
      </section>
    `,
  };
}

/** At the new address: it is reached, so it may stay. */
export function keepPage({ mark: trialMark, endsAt }: { mark: string; endsAt: string }): Page {
  return {
    title: "Keep the new address?",
    narrow: true,
    body: html`
      <section class="panel">
        <h1>This machine is reached at its new address</h1>
        <p>Keep it, or the old one comes back at ${clockTime(endsAt)} UTC.</p>
        <form method="post" action="/network/keep">
          <input type="hidden" name="trial" value="${trialMark}" /><button class="big">Keep it</button>
        </form>
        <p class="soft">Afterwards you sign in here as you did before.</p>
      </section>
    `,
  };
}
