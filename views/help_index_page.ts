import { html, visible } from "./html.ts";
import type { Page } from "./layout.ts";

interface Entry {
  id: string;
  title: string;
}

/** Every cause by family, with a field to find one by its id. `typed`: what was asked for and is not there; "" = nothing. */
export function helpIndexPage(
  index: readonly { title: string; causes: readonly Entry[] }[],
  { typed, near }: { typed: string; near: readonly Entry[] },
): Page {
  const title = typed === "" ? "Help" : "There is no help of this name";
  return {
    title,
    narrow: true,
    body: [
      html`
        <header>
          <h1>${title}</h1>
          <p class="soft">What each cause means, how to see that it is so, what to do and what not to do.</p>
        </header>
      `,
      html`
        <section class="panel">
          <form method="get" action="/help">
            <div class="field">
              <label class="name" for="id">Id of a cause, or a word</label>
              <input class="w-m" id="id" name="id" maxlength="60" autocomplete="off" value="${typed}" />
            </div>
            <div class="acts"><button>Find</button></div>
          </form>
          ${typed !== "" && html`
            <p>${near.length === 0
              ? `Nothing here is like "${visible(typed)}".`
              : `Was one of these meant by "${visible(typed)}"?`}</p>
          `} ${near.length > 0 && entries(near)}
        </section>
      `,
      ...index.map((family) =>
        html`
          <section class="panel"><h2>${family.title}</h2>${entries(family.causes)}</section>
        `
      ),
    ],
  };
}

function entries(list: readonly Entry[]) {
  return html`
    <ul class="links">${list.map(({ id, title }) =>
      html`
        <li><a href="${`/help/${id}`}">${title}</a> <samp>${id}</samp></li>
      `
    )}</ul>
  `;
}
