import { certificateFacts } from "./certificate_facts.ts";
import { type Content, html, visible } from "./html.ts";
import type { Frame, Page } from "./layout.ts";

/** Why the last try did not work: the same words for every wrong token. */
export type LoginProblem = { wrong: true; waitSec: number } | undefined;

/** Signing in with the token of this appliance. */
export function loginPage(frame: Frame, problem: LoginProblem, next: string): Page {
  const words = !problem
    ? undefined
    : problem.waitSec > 0
    ? `Too many wrong tokens from your address. Try again in ${problem.waitSec}\u00a0s.`
    : "This is not the token of this appliance.";
  return {
    title: words ? "Error: Sign in" : "Sign in",
    narrow: true,
    body: [
      html`
        <section class="panel">
          <header><h1>Sign in to this appliance</h1></header>
          ${words && html`
            <div class="summary" role="alert"><b>There is a problem</b><a href="#token">${words}</a></div>
          `}
          <form method="post" action="/login">
            <input type="hidden" name="next" value="${next}" />
            <div class="${words ? "field wrong" : "field"}">
              <label class="name" for="token">Setup token</label>
              <small id="token-help"
              >Run <code>sudo alga-agent token show</code> on the appliance. Spaces, dashes and case do not
                matter.</small>
              ${words && html`
                <span class="why" id="token-why">${words}</span>
              `}
              <input
                id="token"
                name="token"
                class="token mono"
                autocomplete="one-time-code"
                autocapitalize="characters"
                spellcheck="false"
                required
                autofocus
                aria-describedby="${words ? "token-help token-why" : "token-help"}"
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
            <dd>${connectionText(frame.connection)}</dd>${certificateFacts(frame.certificate)}
          </dl>
          ${frame.certificate?.origin === "self-signed" && html`
            <p class="soft">
              The browser shows a fingerprint behind its warning. It must be the one that <code>sudo alga-agent
                status</code> shows on the appliance.
              </p>
            `}
          </section>
        `,
      ],
    };
  }

  function connectionText(connection: Frame["connection"]): Content {
    if (connection.isEncrypted) return "Encrypted.";
    return html`
      <span>Not encrypted: others in the network can read the token. Use <a href="${connection
        .encryptedUrl}">${visible(connection.encryptedUrl)}</a>, or a
        network that you trust.</span>
    `;
  }
