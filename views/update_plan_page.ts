import type { VNode } from "preact";
import type { PlannedStep } from "../agent/operation/operation.ts";
import type { PreflightReport } from "../agent/preflight/check.ts";
import type { UpdateView } from "../agent/update/update_service.ts";
import type { ImagesThere } from "../agent/update/images/prepare_service.ts";
import { LONGEST_NOTE } from "../agent/update/backup.ts";
import { backupSentence } from "../agent/update/backup_text.ts";
import { wayText } from "../agent/update/way_text.ts";
import { type FindingsOf, findingsPage } from "./gate_findings.ts";
import { button } from "./form_button.ts";
import { html, visible } from "./html.ts";
import { csrfField, type Page } from "./layout.ts";
import { planPanel } from "./plan_panels.ts";

/** Says before what an update does: each object, from what to what. */
export function updatePlanPage(
  { csrfToken, view, plan, images }: {
    csrfToken: string;
    view: UpdateView;
    plan: readonly PlannedStep[];
    /** Of all releases on the way; absent where nobody can tell. */
    images?: ImagesThere | undefined;
  },
): Page {
  const { way, news: { target, older } } = view;
  const expected = { expected: target?.manifestDigest ?? "" };
  const steps = plan.filter((it) => it.id !== "check" && !it.isDone);
  return {
    title: "Plan of the update",
    narrow: true,
    body: [
      html`
        <header>
          <h1>${visible(wayText(view))}</h1>
          <p class="soft">
            Nothing has changed yet. This is what will${way
              ? ` with the first of ${way.length} updates`
              : ""}.
          </p>
        </header>
      `,
      planPanel(steps),
      way ? wayPanel(way, view.wayWindow) : null,
      images ? imagesPanel(images, csrfToken) : null,
      backupPanel(view, csrfToken),
      html`
        <section class="panel">
          <h2>If it stops half-way</h2>
          <p>
            It stays where it is and says why. Nothing is rolled back: data may already be in its new form. What the
            update holds still is let go again, whatever happens. You try again with one button.
          </p>
          ${older ? goBackForm(older, csrfToken, expected.expected) : null}
          <div class="acts">
            ${older ? null : button("/updates/apply", "Update now", csrfToken, "big", expected)} ${button(
              "/updates/check",
              "Only check",
              csrfToken,
              "quiet",
              expected,
            )}<a href="/updates">Not now</a>
          </div>
        </section>
      `,
    ],
  };
}

/** What follows by itself after the first update. */
function wayPanel([, ...further]: NonNullable<UpdateView["way"]>, atWindow: string | undefined): VNode {
  return html`
    <section class="panel">
      <h2>Then by itself</h2>
      <p>
        To ${further.map((it) => visible(it.version)).join(
          ", then to ",
        )}. Every update begins when the one before it is done, and makes its own checks. One that
        fails, or whose check finds something, leaves the release before it running, and waits for you.
      </p>
      ${atWindow === undefined ? null : html`
        <p>${visible(atWindow)}.</p>
      `}
    </section>
  `;
}

/** What will have to be downloaded in the middle of the update, unless it is fetched before. */
function imagesPanel({ there, total, missing }: ImagesThere, csrfToken: string): VNode {
  return html`
    <section class="panel">
      <h2>Images</h2>
      <p>${there} of ${total} images are on this machine already.</p>
      ${missing.length === 0 ? null : html`
        <ul>${missing.map((it) =>
          html`
            <li><samp>${visible(it)}</samp></li>
          `
        )}</ul>
        <p>Fetched beforehand, they make the update itself short. Nothing that runs changes by that.</p>
        <div class="acts">${button("/updates/prepare", "Fetch the images now", csrfToken, "quiet")}</div>
      `}
    </section>
  `;
}

/** What the update asks of backups, and the word of who took one. */
function backupPanel(view: UpdateView, csrfToken: string): VNode | null {
  const sentence = backupSentence(view);
  return sentence === undefined ? null : html`
    <section class="panel">
      <h2>Backup</h2>
      <p>What changes cannot be taken back: ${visible(sentence)}.</p>
      <form method="post" action="/updates/backup-taken">
        ${csrfField(csrfToken)}
        <p class="field">
          <label for="note">Where it is (optional)</label>
          <input id="note" name="note" maxlength="${LONGEST_NOTE}" autocomplete="off" />
        </p>
        <div class="acts"><button class="quiet">I took a backup just now</button></div>
      </form>
    </section>
  `;
}

/** An older release has to be asked for twice: by its box and by its button. */
function goBackForm(
  { version, releasedAt }: NonNullable<UpdateView["news"]["older"]>,
  csrfToken: string,
  expected: string,
): VNode {
  return html`
    <form method="post" action="/updates/apply">
      ${csrfField(csrfToken)}<input type="hidden" name="expected" value="${expected}" />
      <p>
        <b>This release is older than ${visible(version)}</b>${releasedAt === undefined
          ? ""
          : ` of ${releasedAt.slice(0, 10)}`}. Somebody may show you an old release with known
        faults. Go back only where Alga support asked you to; it is recorded.
      </p>
      <label class="check"><input type="checkbox" name="allowDowngrade" value="yes" /><span>Alga support asked me
        to go back</span></label>
      <div class="acts"><button class="big">Go back</button></div>
    </form>
  `;
}

const FINDINGS: FindingsOf = {
  base: "/updates",
  other: { href: "/updates", label: "Back to the updates" },
  words: {
    mayAccept: "Fix it and check again, or accept what was found.",
    mustFix: "Fix it, then check again.",
  },
  accept: "Accept and update",
};

/** An update whose check closed the gate. */
export function updateFindingsPage(
  report: PreflightReport,
  csrfToken: string,
  marked?: Parameters<typeof findingsPage>[3],
): Page {
  return findingsPage(FINDINGS, report, csrfToken, marked);
}

/** Fetching images whose check closed the gate. */
export function prepareFindingsPage(
  report: PreflightReport,
  csrfToken: string,
  marked?: Parameters<typeof findingsPage>[3],
): Page {
  return findingsPage(
    { ...FINDINGS, base: "/updates/prepare", accept: "Accept and fetch the images" },
    report,
    csrfToken,
    marked,
  );
}
