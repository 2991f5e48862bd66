import assert from "node:assert/strict";
import type { ActionKind } from "../../agent/causes/action.ts";
import type { Blocker } from "../../agent/explain/blocker.ts";
import type { ActiveOperation, RollupState, StatusDocument } from "../../agent/status/document.ts";
import type { PreflightReport } from "../../agent/preflight/check.ts";
import type { SetupState, SetupView } from "../../agent/setup/setup_state.ts";
import { duration, type Frame, renderPage } from "../../views/layout.ts";
import { loginPage } from "../../views/login_page.ts";
import { progressParts, retryForm } from "../../views/progress_section.ts";
import { type SetupForm, setupFormPage } from "../../views/setup_form_page.ts";
import { checkReportPage } from "../../views/check_report_page.ts";
import { settingsReviewPage } from "../../views/settings_review_page.ts";
import { checksPage } from "../../views/checks_page.ts";
import { statusParts } from "../../views/status_page.ts";
import { readStylesheet } from "../../views/stylesheet.ts";
import { assertPage, parseMarkup } from "./markup.ts";
import { allPages } from "./pages.ts";
import {
  AT,
  NOW_MS,
  sampleAnswers,
  sampleBlocker,
  sampleCheck,
  sampleFrame,
  sampleOperation,
  sampleReport,
  sampleSetup,
  sampleStatus,
  SETUP_STATES,
} from "./samples.ts";

for (const [name, html] of Object.entries(allPages("a word"))) {
  Deno.test(`the page "${name}" is whole, has one heading and landmark, and needs neither script nor inline style`, () => {
    assertPage(html);
  });
}

Deno.test("every page tells of a disk that is full or can only be read, a stranger's too, and of no other problem; the status page has it once", () => {
  const full = sampleBlocker({ id: "disk.full", title: "The disk is full", nextAction: "Free some." });
  const { csrfToken: _csrf, current: _current, ...signedOut } = sampleFrame("a word");
  const page = (frame: Partial<Frame>) =>
    renderPage({ ...signedOut, ...frame }, loginPage(signedOut, { secret: "token", next: "/" }));
  assertPage(page({ problems: [full] }));
  assert.match(page({ problems: [sampleBlocker(), full] }), /may not be kept\. Free some\./);
  assert.match(page({ problems: [full], current: "setup" }), /may not be kept/);
  const closed = {
    id: "disk.readonly",
    title: "The disk can only be read",
    nextAction: "Look at it.",
  } as const;
  const ofNode = sampleBlocker({ ...closed, component: "node" });
  const ofVolume = sampleBlocker({ ...closed, component: "redis" });
  assert.match(page({ problems: [ofVolume, ofNode] }), /can only be read[^]*may not be kept\. Look at it\./);
  assert.doesNotMatch(page({ problems: [ofVolume] }), /may not be kept/);
  for (const frame of [{ problems: [sampleBlocker()] }, { problems: [full], current: "status" as const }]) {
    assert.doesNotMatch(page(frame), /may not be kept/);
  }
});

const HOSTILE = `<img src=x onerror="alert(1)">'&amp;</title></main>\u202eevil\u2066\u0000`;
for (const [name, html] of Object.entries(allPages(HOSTILE))) {
  Deno.test(`the page "${name}" shows markup and direction marks of outside text as text`, () => {
    const { tags } = parseMarkup(html);
    assert.ok(!tags.some((it) => it.name === "img"));
    assert.ok(!html.includes('onerror="alert'), "an attribute could be made");
    // deno-lint-ignore no-control-regex -- these must not be there
    assert.doesNotMatch(withoutFormValues(html), /[\u0000-\u0008\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
  });
}

/** What a person typed comes back into the field as it was; a field shows it within its own box. */
function withoutFormValues(html: string): string {
  return html.replaceAll(/ value="[^"]*"/g, "").replaceAll(/(<textarea[^>]*>)[^<]*/g, "$1");
}

Deno.test("the check of pages refuses what a page must not have", () => {
  const good = allPages("x").error ?? "";
  assertPage(good);
  for (
    const [from, to] of [
      ["</main>", "<script></script></main>"],
      ["</main>", "<h1>two</h1></main>"],
      ["</main>", '<p style="color: red">x</p></main>'],
      ["</main>", '<p onclick="x">x</p></main>'],
      ["</main>", '<a href="javascript:x">x</a></main>'],
      ["</main>", '<p id="main">x</p></main>'],
      ["</main>", "<div></main>"],
      ["</main>", "a < b</main>"],
      ["<footer", '<header class="bar"></header><footer'],
    ] as const
  ) assert.throws(() => assertPage(good.replace(from, to)), to);
});

Deno.test("the stylesheet is small and lets long words break", () => {
  const { text } = readStylesheet();
  assert.ok(text.length <= 15_000, `${text.length} bytes`);
  assert.match(text, /body \{[^}]*overflow-wrap: anywhere/);
});

/** A headline that somebody must do something about, as old as the samples' causes. */
function failedRollup({ id, title, nextAction, action }: Blocker): StatusDocument["rollup"] {
  const since = sampleBlocker().since;
  return { state: "failed_action_required", message: title, nextAction, action, topBlockerId: id, since };
}

Deno.test("what may still pass stands under way, without advice; what somebody has to act on needs attention", () => {
  const passing = sampleBlocker({ id: "img.slow", component: "temporal", title: "Slow", mayPass: true });
  const lasting = sampleBlocker({ severity: "background" });
  const status = sampleStatus("ready_with_background_issues", { topBlockers: [passing, lasting] });
  const { text } = assertPage(page(statusParts(status)));
  const words = text.replaceAll(/\s+/g, " ");
  assert.match(words, /Under way.*Slow since .* UTC A folder.*Needs attention ?The database/);
  const advised = words.slice(words.indexOf("Under way")).split("What to do:");
  assert.deepEqual([advised.length, advised[0]?.includes("Needs attention")], [2, true], words);
  const alone = sampleStatus("installing", { topBlockers: [passing] });
  assert.doesNotMatch(page(statusParts(alone)), /Needs attention|class="finding/);
});

Deno.test("a blocked status page tells its cause once, with why and details", () => {
  const blocker = sampleBlocker();
  const status = sampleStatus("failed_action_required", {
    topBlockers: [blocker],
    rollup: {
      ...failedRollup(blocker),
      nextAction: `${blocker.nextAction} The next attempt starts at 09:20.`,
    },
  });
  const { text } = assertPage(page(statusParts(status)));
  for (const words of [blocker.title, blocker.consequence, blocker.nextAction, blocker.reason]) {
    assert.equal(count(text, words), 1, words);
  }
  assert.equal(count(text, "stor.subpath"), 1);
});

Deno.test("a setup that stopped is told once, with the step where it stopped", () => {
  const blocker = sampleBlocker({
    id: "agent.setup-failed",
    title: "Kubernetes could not be installed",
    reason: 'Setup stopped at "Install Kubernetes".',
    nextAction: "Look for the first error.",
    action: { kind: "open-setup", href: "/setup" },
  });
  const rollup = failedRollup(blocker);
  const status = sampleStatus("failed_action_required", { topBlockers: [blocker], rollup });
  const { text } = assertPage(page(statusParts(status)));
  for (const words of [blocker.title, blocker.consequence, "What to do", "Setup stopped", "Open setup"]) {
    assert.equal(count(text, words), 1, words);
  }
});

Deno.test("further causes beside the one of the headline are told in full", () => {
  const top = sampleBlocker();
  const other = sampleBlocker({
    id: "img.not-found",
    title: "Another",
    nextAction: "Fix it",
    consequence: "Mail waits",
  });
  const rollup = failedRollup(top);
  const { text } = assertPage(
    page(
      statusParts(sampleStatus("failed_action_required", { topBlockers: [top, other], rollup })),
    ),
  );
  for (const words of ["Another", "Fix it", "Mail waits", top.title]) {
    assert.equal(count(text, words), 1, words);
  }
});

Deno.test("what is under way is not shown while setup fails, nor for a part that needs attention", () => {
  const operations = [
    sampleOperation({ component: "db" }),
    sampleOperation({ component: "mail", message: "Mailing" }),
  ];
  const shows = (state: RollupState, component: string) => {
    const status = sampleStatus(state, {
      activeOperations: operations,
      topBlockers: [sampleBlocker({ component })],
    });
    return parseMarkup(page(statusParts(status))).text;
  };
  assert.ok(!shows("failed_action_required", "db").includes("Under way"));
  const background = shows("ready_with_background_issues", "db");
  assert.ok(background.includes("Mailing") && !background.includes("Downloading db"));
  assert.ok(shows("installing", "none").includes("Downloading db"));
});

Deno.test("how long something has been under way stands once", () => {
  const text = (given: Partial<ActiveOperation>) => {
    const status = sampleStatus("installing", { activeOperations: [sampleOperation(given)] });
    return parseMarkup(page(statusParts(status))).text;
  };
  assert.ok(text({ operation: "flux" }).includes("for 4\u00a0min"));
  assert.ok(text({ state: "waiting" }).includes("for 4\u00a0min"));
  assert.ok(!text({}).includes("for 4"), "the message of a running download says it");
});

Deno.test("nothing behind the login looks troubled before people can log in", () => {
  const tone = (state: RollupState) =>
    /<li class="([a-z]+)">(?:(?!<\/li>).)*Everything/.exec(page(statusParts(sampleStatus(state))))
      ?.[1];
  assert.equal(tone("installing"), "idle");
  assert.equal(tone("ready_with_background_issues"), "warn");
});

Deno.test("a login address that is not a web page becomes no link", () => {
  for (const loginUrl of ["javascript:alert(1)", "data:text/html,x", null]) {
    const status = sampleStatus("fully_healthy", { urls: { statusUrl: "http://x/", loginUrl } });
    assert.ok(!page(statusParts(status)).includes("Open Alga"), String(loginUrl));
  }
});

Deno.test("the checks page counts failures and checks that could not be run apart", () => {
  const title = (...statuses: Parameters<typeof sampleCheck>[0][]) => {
    const preflight = sampleReport(...statuses.map((it, i) => sampleCheck(it, { id: `x.${i}` })));
    return checksPage(sampleSetup(SETUP_STATES.blocked, { preflight }), "token").title;
  };
  assert.equal(
    title("fail", "error", "pass"),
    "1 of 3 checks failed: Names fail; 1 could not be run: Names error",
  );
  assert.equal(title("error", "pass"), "1 of 2 checks could not be run: Names error");
  assert.equal(
    title("fail", "fail", "fail", "fail", "fail"),
    "5 of 5 checks failed: Names fail, Names fail, Names fail and 2 more",
  );
  assert.equal(title("pass", "warn"), "No check failed, 1 needs a look");
  assert.equal(title("pass", "skipped"), "All checks passed");
});

Deno.test("the headline says plainly that nothing is to be done", () => {
  const text = (kind: ActionKind) => {
    const rollup = { ...sampleStatus("installing").rollup, nextAction: "Words", action: { kind } };
    return parseMarkup(page(statusParts(sampleStatus("installing", { rollup })))).text;
  };
  assert.doesNotMatch(text("wait"), /What to do/);
  assert.match(text("fix-machine"), /What to do:\s+Words/);
});

Deno.test("the progress page of a blocked setup names what failed", () => {
  const preflight = sampleReport(sampleCheck("fail"), sampleCheck("pass"));
  const { text } = parseMarkup(page(progressParts(sampleSetup(SETUP_STATES.blocked, { preflight }), NOW_MS)));
  assert.match(text, /1 of 2 checks failed: Names fail/);
});

Deno.test("after checks that passed one button installs, and after others it leads to accepting", () => {
  const pages = allPages("x");
  const installs = (name: string) => count(pages[name] ?? "", 'action="/setup/install"');
  assert.equal(installs("checks, passed"), 1);
  assert.match(pages["checks, passed"] ?? "", /Install now/);
  assert.equal(installs("checks, only run"), 1);
  assert.doesNotMatch(pages["checks, only run"] ?? "", /Install now/);
  for (const it of ["checks, acceptable", "checks, not acceptable"]) assert.equal(installs(it), 0, it);
});

Deno.test("the report of the checks tells what was accepted, by whom, when and what was found", () => {
  const report = sampleReport(sampleCheck("fail", { id: "hw.memory", title: "Memory" }));
  const accepted = { checkId: "hw.memory", by: "browser 192.0.2.7", at: AT, found: "8 GiB" };
  const { text } = assertPage(
    page(checkReportPage({ preflight: report, acknowledgements: [accepted] })),
  );
  assert.match(text, /Memory\s*2026-11-21 09:12 UTC\s*Found: 8 GiB\. Accepted by browser 192\.0\.2\.7\./);
  assert.match(text, /1 of 1 checks failed: Memory\. Run on/);
});

Deno.test("a time of another day has its day with it, and every time says that it is UTC", () => {
  const at = "2026-11-18T22:41:07.000Z";
  const recent = [{ at, tone: "good" as const, text: "Old" }, { at: AT, tone: "good" as const, text: "New" }];
  const old = sampleBlocker({ since: at });
  const failed = sampleStatus("failed_action_required", {
    topBlockers: [old],
    rollup: failedRollup(old),
    recent,
  });
  const status = parseMarkup(page(statusParts(failed))).text;
  assert.match(status, /Since\s+2026-11-18 22:41 UTC/);
  assert.match(status, /Old\s*2026-11-18 22:41 UTC.*New\s*09:12:00 UTC/s);
  const background = sampleStatus("ready_with_background_issues", { topBlockers: [old] });
  assert.match(parseMarkup(page(statusParts(background))).text, /Since\s+2026-11-18 22:41 UTC/);
  const keyOn = (timestamp: string) =>
    statusParts({ ...background, timestamp }).map((it) => it.key).filter((it) => String(it).includes(old.id));
  assert.notDeepEqual(
    keyOn("2026-11-18T23:59:59.000Z"),
    keyOn(AT),
    "the part is sent again with the new day",
  );

  const steps = sampleSetup(SETUP_STATES.done).steps.map((it) => ({
    ...it,
    startedAt: at,
    finishedAt: "2026-11-18T22:41:15.000Z",
  }));
  const setup = parseMarkup(page(progressParts({ ...sampleSetup(SETUP_STATES.done), steps }, NOW_MS))).text;
  assert.match(setup, /2026-11-18 22:41 UTC\s+· 8\u00a0s/);
});

Deno.test("advanced answers are folded only while nothing in them was given, is wrong or is asked for", () => {
  const isOpen = (given: Partial<SetupForm>) => {
    const form = { csrfToken: "token", values: {}, origins: {}, errors: [], ...given };
    const { tags } = parseMarkup(page(setupFormPage(form)));
    return tags.some((it) => it.name === "details" && "open" in it.attributes);
  };
  assert.equal(isOpen({}), false);
  assert.equal(
    isOpen({ values: { tenantName: "Example", channel: "stable", proxyUrl: "", noProxy: "" } }),
    false,
  );
  for (
    const [field, value] of [["channel", "nightly"], ["releaseRef", "1.4.0"], ["proxyUrl", "http://p:1"]]
  ) {
    assert.equal(isOpen({ values: { [field as string]: value as string } }), true, field);
  }
  assert.equal(isOpen({ errors: [{ field: "noProxy", message: "Wrong" }] }), true);
  assert.equal(isOpen({ restored: { proxyHadPassword: true } }), true, "the page asks for the proxy");
  assert.equal(isOpen({ restored: { proxyHadPassword: false } }), false);
});

Deno.test("the checks of a change of settings tell problems first", () => {
  const report = sampleReport(
    sampleCheck("skipped"),
    sampleCheck("pass"),
    sampleCheck("warn"),
    sampleCheck("fail"),
  );
  const plan = { changed: ["appUrl" as const], settings: [], steps: [] };
  const { text } = parseMarkup(page(settingsReviewPage({ csrfToken: "token", plan, report })));
  assert.match(text, /Names fail.*Names warn.*Names skipped.*Names pass/s);
});

Deno.test("the report of the checks never says that nothing was found where something was", () => {
  const text = (preflight?: PreflightReport) =>
    parseMarkup(page(checkReportPage({ acknowledgements: [], ...(preflight && { preflight }) }))).text;
  const words = /nothing was found that somebody had to accept/;
  assert.match(text(sampleReport(sampleCheck("pass"), sampleCheck("warn"))), words);
  for (const status of ["fail", "error"] as const) {
    const found = text(sampleReport(sampleCheck(status), sampleCheck("pass")));
    assert.doesNotMatch(found, words);
    assert.match(found, /None: nobody has accepted what was found\./);
  }
  assert.doesNotMatch(text(), words, "without a report nobody knows");
});

Deno.test("the finished page opens Alga and says who signs in; without answers it leads to the status page", () => {
  const done = (answers: SetupView["answers"]) =>
    page(progressParts(sampleSetup(SETUP_STATES.done, { answers }), NOW_MS));
  const { text, tags } = parseMarkup(done(sampleAnswers()));
  assert.ok(tags.some((it) => it.attributes.href === "https://psa.example.com"));
  assert.match(text, /Sign in as\s+maria@example\.com.*Open Alga\s*https:\/\/psa\.example\.com/s);
  assert.ok(!done([]).includes("Open Alga"));
  const moved = progressParts(sampleSetup(SETUP_STATES.done, { answers: sampleAnswers() }), NOW_MS, {
    loginUrl: "https://new.example.com",
  });
  assert.match(page(moved), /href="https:\/\/new\.example\.com"[^>]*>Open Alga/);
  const evil = sampleAnswers().map((it) => it.field === "appUrl" ? { ...it, value: "javascript:x" } : it);
  assert.ok(!done(evil).includes("Open Alga"));
  for (const it of [done([]), done(sampleAnswers())]) assert.match(it, /href="\/setup\/checks"/);
});

Deno.test("a check's box to accept it is there only where accepting is allowed", () => {
  const boxes = (html: string) => count(html, 'type="checkbox"');
  const pages = allPages("x");
  assert.equal(boxes(pages["checks, acceptable"] ?? ""), 2);
  assert.equal(boxes(pages["checks, not acceptable"] ?? ""), 0);
  assert.ok(!(pages["checks, not acceptable"] ?? "").includes("Accept and install"));
});

Deno.test("a box that was not ticked is named and has the focus, and the ticked one stays so", () => {
  const { tags, text } = assertPage(allPages("x")["checks, not all accepted"] ?? "");
  assert.match(text, /Error: .*There is a problem\s+Names error: tick the box/s);
  const boxes = tags.filter((it) => it.attributes.type === "checkbox").map((
    { attributes },
  ) => [attributes.value, "checked" in attributes, "autofocus" in attributes]);
  assert.deepEqual(boxes, [["dns.fail", true, false], ["dns.error", false, true]]);
});

Deno.test("a form that comes again says that the password has to be typed again", () => {
  const form = { csrfToken: "t", values: {}, origins: {}, errors: [] };
  const text = (isAgain: boolean) => parseMarkup(page(setupFormPage({ ...form, isAgain }))).text;
  assert.ok(text(true).includes("Type it again: it is not shown here. At least 8 characters"));
  assert.ok(!text(false).includes("Type it again"));
  const more = (given: Partial<Parameters<typeof setupFormPage>[0]>) =>
    parseMarkup(page(setupFormPage({ ...form, isAgain: true, ...given }))).text;
  assert.match(more({ hasPassword: true }), /Kept, and not shown: leave both fields empty to keep it/);
  assert.match(more({ hasProxyPassword: true }), /The password is kept and not shown/);
  assert.doesNotMatch(text(true), /Kept, and not shown|The password is kept/);
  assert.match(more({ restored: { proxyHadPassword: false } }), /type the password\s+again\./);
  assert.match(more({ restored: { proxyHadPassword: true } }), /and the proxy with its user name/);
});

Deno.test("the progress page says a step's message and a failure once", () => {
  for (
    const [state, words] of [["running", "Waiting for the node"], [
      "failed",
      "Kubernetes did not start",
    ]] as const
  ) {
    const { text } = parseMarkup(page(progressParts(sampleSetup(SETUP_STATES[state]), NOW_MS)));
    assert.equal(count(text, words), 1, words);
  }
});

for (const status of ["blocked", "checked"] as const) {
  Deno.test(`an open progress page that becomes ${status} says so and leads to what can be done`, () => {
    const view = sampleSetup(SETUP_STATES[status]);
    const changed = page(progressParts(view, NOW_MS, { shown: "running" }));
    assert.ok(changed.includes('href="/setup">See what you can do'));
    assert.ok(!parseMarkup(changed).text.includes("Installing"));
    assert.ok(!page(progressParts(view, NOW_MS, { shown: status })).includes("See what you can do"));
  });
}

for (const shown of ["failed", "running"] as const) {
  Deno.test(`a failure on a page opened while setup was ${shown} tells cause, what to do and the button, in this order`, () => {
    const section = progressParts(sampleSetup(SETUP_STATES.failed), NOW_MS, { shown });
    const { text } = assertPage(renderPage(sampleFrame(), { title: "x", body: [retryForm("t"), section] }));
    const places = ["Kubernetes did not start", "Open the log of k3s", "Try again now", "Change the answers"]
      .map((it) => text.indexOf(it));
    assert.ok(!places.includes(-1));
    assert.deepEqual(places, places.toSorted((a, b) => a - b));
  });
}

Deno.test("where trying again is of no use, the answers come before it", () => {
  const failed = SETUP_STATES.failed as SetupState & { status: "failed" };
  const view = sampleSetup({ ...failed, failure: { ...failed.failure, retrySafe: false } });
  const { text } = parseMarkup(page(progressParts(view, NOW_MS)));
  assert.ok(text.indexOf("Change the answers") < text.indexOf("Try again now"));
});

Deno.test("the last step says what it needs of people, and no other step does", () => {
  const obstacle = { message: "The database cannot start", nextAction: "Look at the volume" };
  const text = (stepId: "login" | "k3s", given: typeof obstacle | undefined) => {
    const state = { ...SETUP_STATES.running, stepId } as SetupState;
    return parseMarkup(page(progressParts(sampleSetup(state), NOW_MS, { obstacle: given }))).text;
  };
  const waits = text("login", obstacle);
  assert.match(
    waits,
    /The database cannot start.*What to do:\s+Look at the volume\..*See why on the status page/s,
  );
  assert.ok(!waits.includes("You can close this page"));
  for (const others of [text("k3s", obstacle), text("login", undefined)]) {
    assert.ok(others.includes("You can close this page") && !others.includes("The database cannot start"));
  }
});

Deno.test("a status page that sends people to setup has a button that leads there", () => {
  const rollup = {
    ...sampleStatus("installing").rollup,
    nextAction: "See what it says and decide.",
    action: { kind: "open-setup", href: "/setup" } as const,
  };
  const html = page(statusParts(sampleStatus("failed_action_required", { rollup })));
  assert.ok(html.includes('<a class="button" href="/setup">Open setup</a>'));
  assert.match(parseMarkup(html).text, /What to do:\s+See what it says and decide\./);
  assert.ok(!page(statusParts(sampleStatus("fully_healthy"))).includes("Open setup"));
});

Deno.test("a cause beside the headline has a link to the page where something is done about it", () => {
  const link = (action: Blocker["action"]) => {
    const status = sampleStatus("ready_with_background_issues", { topBlockers: [sampleBlocker({ action })] });
    return page(statusParts(status)).includes('href="/setup">Open setup</a>');
  };
  assert.ok(link({ kind: "open-setup", href: "/setup" }));
  assert.ok(!link({ kind: "open-setup" }), "setup is over");
  assert.ok(!link({ kind: "call-vendor" }));
});

Deno.test("two causes with one id: only the first is that of the headline", () => {
  const [first, second] = ["a", "b"].map((it) => sampleBlocker({ component: it, title: `Title of ${it}` }));
  assert.ok(first && second);
  const status = sampleStatus("failed_action_required", {
    topBlockers: [first, second],
    rollup: failedRollup(first),
  });
  const { text } = assertPage(page(statusParts(status)));
  assert.deepEqual([count(text, first.title), count(text, second.title)], [1, 1]);
});

Deno.test("a duration never breaks between its number and its unit", () => {
  for (
    const [ms, text] of [[3_000, "3\u00a0s"], [600_000, "10\u00a0min"], [7_200_000, "2\u00a0h"]] as const
  ) {
    assert.equal(duration(ms), text);
  }
  assert.match(allPages("x")["login, too many"] ?? "", /Try again in 30\u00a0s\./);
});

Deno.test("every state of setup has words of its own", () => {
  const heads = Object.values(SETUP_STATES).map((it: SetupState) =>
    /<h1>(.*?)<\/h1>/.exec(page(progressParts(sampleSetup(it), NOW_MS)))?.[1]
  );
  assert.equal(new Set(heads).size, heads.length, heads.join("\n"));
});

Deno.test("sentences from outside end with one full stop", () => {
  const html = page(
    checksPage(
      sampleSetup(SETUP_STATES.blocked, {
        preflight: sampleReport(sampleCheck("fail", { found: "It hangs.", remediation: "Fix it" })),
      }),
      "token",
    ),
  );
  assert.ok(!html.includes(".."));
  assert.ok(html.includes("Fix it."));
});

function page(body: ReturnType<typeof statusParts> | ReturnType<typeof checksPage>): string {
  return renderPage(sampleFrame(), "title" in body ? body : { title: "A page", body });
}

function count(text: string, words: string): number {
  return text.split(words).length - 1;
}
