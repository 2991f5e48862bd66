import { errorSummary, inputField } from "./form_field.ts";
import { html } from "./html.ts";
import { csrfField, type Page } from "./layout.ts";

/** What is wrong with a field of the form. */
export interface PasswordProblem {
  field: "current" | "password" | "again";
  message: string;
}

export interface PasswordPage {
  csrfToken: string;
  /** There is no password yet. */
  isFirst: boolean;
  problems: readonly PasswordProblem[];
  /** Where to go on. */
  next: string;
}

const RULES =
  'At least 8 characters, with a lower-case and an upper-case letter, a digit and one of ! @ # $ % ^ & * ( ) , . ? " : { } | < >.';

/** The first choice of the management password, and its change. What was typed never comes back. */
export function passwordPage({ csrfToken, isFirst, problems, next }: PasswordPage): Page {
  const title = isFirst ? "Choose a management password" : "Change the management password";
  const form = { csrfToken, values: {}, origins: {}, errors: problems };
  const fresh = { type: "password", autocomplete: "new-password", width: "w-m" };
  return {
    title: problems.length > 0 ? `Error: ${title}` : title,
    narrow: true,
    body: html`
      <section class="panel">
        <header><h1>${title}</h1></header>
        <p>${isFirst
          ? "The setup token was good for this once. From now on everybody signs in to these pages with the password that you choose here. It is not the password of an administrator inside Alga."
          : "Everybody signs in to these pages with it. All other sessions end when it changes."}</p>
        ${errorSummary(problems)}
        <form method="post" action="/password">
          ${csrfField(csrfToken)}<input type="hidden" name="next" value="${next}" />
          ${isFirst ? null : inputField(form, "current", { label: "Password until now", help: "" }, {
            ...fresh,
            autocomplete: "current-password",
          })} ${inputField(form, "password", { label: "New password", help: RULES }, fresh)} ${inputField(
            form,
            "again",
            { label: "The same once more", help: "" },
            fresh,
          )}
          <div class="acts"><button class="big">${isFirst
            ? "Use this password"
            : "Change the password"}</button></div>
        </form>
        <p class="soft">Whoever forgets it runs <code>sudo alga-agent password reset</code> on the appliance.</p>
      </section>
    `,
  };
}
