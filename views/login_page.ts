import type { VNode } from "preact";
import { certificateFacts, clearNotice, fingerprintHelp } from "./connection_parts.ts";
import { html, visible } from "./html.ts";
import type { Frame, Page } from "./layout.ts";

/** What opens the door here: the setup token until a management password is chosen. */
type Secret = "token" | "password";

/** Why the last try did not work: the same words for every wrong secret. */
export interface LoginProblem {
  /** `link`: one that was followed does not sign in. */
  why: "wrong" | "wait" | "busy" | "other-secret" | "link";
  waitSec: number;
}

export interface LoginForm {
  secret: Secret;
  problem?: LoginProblem | undefined;
  /** Where to go on. */
  next: string;
}

const FIELD: Record<Secret, { label: string; help: VNode; input: Record<string, string> }> = {
  token: {
    label: "Setup token",
    help: html`
      <small id="token-help"
      >Run <code>sudo alga-agent token show</code> on the appliance. Spaces, dashes and case do not matter.</small>
    `,
    input: { class: "token mono", autocomplete: "one-time-code", autocapitalize: "characters" },
  },
  password: {
    label: "Management password",
    help: html`
      <small id="password-help">Forgotten? Run <code>sudo alga-agent password reset</code> on the appliance.</small>
    `,
    input: { type: "password", autocomplete: "current-password" },
  },
};

function wordsOf({ why, waitSec }: LoginProblem, secret: Secret): string {
  switch (why) {
    case "wait":
      return `Too many wrong ${secret}s from your address. Try again in ${waitSec}\u00a0s.`;
    case "link":
      return `The link that you followed does not sign in any more. Enter the ${secret}.`;
    case "busy":
      return "Many others are signing in. Try again in a few seconds.";
    case "other-secret":
      return secret === "password"
        ? "A management password was chosen meanwhile. Sign in with it."
        : "There is no management password any more. Sign in with the setup token.";
    case "wrong":
      // The guess that uses up the allowance was judged, and the next one has to wait.
      return waitSec > 0
        ? wordsOf({ why: "wait", waitSec }, secret)
        : secret === "password"
        ? "This is not the management password of this appliance."
        : "This is not the token of this appliance.";
  }
}

/** Signing in to this appliance. */
export function loginPage(frame: Frame, { secret, problem, next }: LoginForm): Page {
  const words = problem && wordsOf(problem, secret);
  const { label, help, input } = FIELD[secret];
  return {
    title: words ? "Error: Sign in" : "Sign in",
    narrow: true,
    body: [
      html`
        <section class="panel">
          <header><h1>Sign in to this appliance</h1></header>
          ${words && html`
            <div class="summary" role="alert"><b>There is a problem</b><a href="${`#${secret}`}">${words}</a></div>
          `} ${clearNotice(frame.connection)}
          <form method="post" action="/login">
            <input type="hidden" name="next" value="${next}" />
            <div class="${words ? "field wrong" : "field"}">
              <label class="name" for="${secret}">${label}</label>
              ${help} ${words && html`
                <span class="why" id="${`${secret}-why`}">${words}</span>
              `}
              <input
                id="${secret}"
                name="${secret}"
                ...${input}
                spellcheck="false"
                required
                autofocus
                aria-describedby="${`${secret}-help${words ? ` ${secret}-why` : ""}`}"
                ...${words ? { "aria-invalid": "true" } : {}}
              />
            </div>
            <div class="acts"><button class="big">Sign in</button></div>
          </form>
        </section>
      `,
      html`
        <section class="panel">
          <h2>Is this the right machine?</h2>
          <dl class="facts">
            <dt>Host name</dt>
            <dd>${visible(frame.hostName)}</dd>${frame.address === "" ? null : html`
              <dt>Address</dt>
            `}${frame.address === "" ? null : html`
              <dd class="num">${visible(frame.address)}</dd>
            `}
            <dt>Connection</dt>
            <dd>${frame.connection.isEncrypted ? "Encrypted" : "Not encrypted"}</dd>${certificateFacts(
              frame.certificate,
            )}
          </dl>
          ${fingerprintHelp(frame.certificate)}
        </section>
      `,
    ],
  };
}
