import assert from "node:assert/strict";
import { type BlockerId, CAUSES } from "../../../../agent/causes/cause.ts";
import { HELP } from "../../../../agent/causes/help/help.ts";
import { HELP_PAGES } from "../../../../agent/causes/help/help_shape.ts";
import { helpId, helpIndex, type HelpPage, helpPage } from "../../../../agent/causes/help/help_page.ts";
import { helpText } from "../../../../agent/causes/help/help_text.ts";
import { nearestIds } from "../../../../agent/causes/help/nearest_ids.ts";
import { PATHS_SHOWN } from "../../../../agent/causes/help/paths_shown.ts";
import { wordsOfFinding } from "../../../../agent/causes/help/words_of_finding.ts";
import { COMPONENTS } from "../../../../agent/product/components.ts";
import { PATHS } from "../../../../agent/state/paths.ts";

const IDS = Object.keys(CAUSES) as BlockerId[];
const PAGES: readonly HelpPage[] = [
  ...IDS.map((id) => helpPage(id)),
  ...IDS.flatMap((id) =>
    ["db", "node", "temporal"].map((component) => helpPage(id, wordsOfFinding({ component })))
  ),
];

function commandsOf(page: HelpPage): { text: string; command: string }[] {
  return [...page.signs, ...page.steps].flatMap(({ text, means }) =>
    "commands" in means ? means.commands.map((command) => ({ text, command })) : []
  );
}

function textsOf(page: HelpPage): string[] {
  const steps = [...page.signs, ...page.steps];
  return [
    page.meaning,
    ...steps.map((it) => it.text),
    ...steps.flatMap(({ means }) => means.kind === "ask" && means.send !== "" ? [means.send] : []),
    ...page.never,
    page.who,
    page.retry,
    page.data,
  ];
}

Deno.test("every cause has help, and the index names each once", () => {
  assert.deepEqual(Object.keys(HELP).toSorted(), IDS.toSorted());
  assert.deepEqual(helpIndex().flatMap((it) => it.causes.map(({ id }) => id)).toSorted(), IDS.toSorted());
  assert.equal(helpId("dns.refused"), "dns.refused");
  for (const text of ["", "toString", "__proto__", "dns.none"]) assert.equal(helpId(text), undefined, text);
});

Deno.test("texts of help are whole sentences in plain words, also where words of a finding stand in them", () => {
  for (const page of PAGES) {
    assert.doesNotMatch(page.title, /\.$/, page.id);
    for (const text of textsOf(page)) {
      assert.match(text, /^["A-Z0-9/].*[.?)…]$/s, `${page.id}: ${text}`);
      assert.doesNotMatch(
        text,
        /undefined|null| {2}|\bplease\b(?! (?:let|allow|check|take|reserve|do not|install|pass))|\bsimply\b|\bjust restart/,
        `${page.id}: ${text}`,
      );
      assert.ok(text.length <= 420, `${page.id}: ${text.length} characters: ${text}`);
    }
  }
});

Deno.test("what has to be put into a command is explained beside it", () => {
  for (const page of PAGES) {
    for (const { text, command } of commandsOf(page)) {
      for (const [name] of command.matchAll(/\b(?:NAME|NODE|FILE|FOLDER|HOST|CARD|ADDRESS|DISK|PART)\b/g)) {
        assert.ok(text.includes(name), `${page.id}: "${command}" does not say what ${name} is`);
      }
      assert.doesNotMatch(command, /[<>]\w|\.\.\.|…|undefined/, `${page.id}: ${command}`);
    }
  }
});

/** Trying again is never called safe there. @see issue 12 T11 */
const NEVER_AGAIN: readonly [id: BlockerId, why: string][] = [
  ["disk.readonly", "the disk has a fault"],
  ["disk.io-error", "the disk has a fault (I/O error)"],
  ["stor.claim-lost", "a new volume would be empty (lost claim)"],
  ["stor.claim-missing", "a new volume would be empty (missing claim)"],
  ["stor.mount", "the folder with the data may be missing"],
  ["sched.volume-elsewhere", "a new volume would be empty (another name)"],
  ["app.redis-damaged", "a damaged file is read again (append-only file)"],
  ["k3s.db-corrupt", "a damaged file is written to"],
  ["k3s.token-mismatch", "data are locked with another key"],
  ["k3s.token-invalid", "data are locked with another key"],
  ["app.db-start", "a damaged file is written to"],
  ["app.db-version", "another program would convert the data"],
  ["app.migration-failed", 'a step that ran half ("relation already exists")'],
  ["app.redis-unsaved", "a new start loses what is in memory alone"],
  ["cfg.namespace-ending", "what is made is deleted with the rest"],
  ["flux.verify", "the release may be forged"],
];
for (const [id, why] of NEVER_AGAIN) {
  Deno.test(`help of ${id} never calls trying again safe: ${why}`, () => {
    assert.equal(CAUSES[id].retrySafe, false);
    const page = helpPage(id);
    assert.match(page.retry, /^It is not safe\. [A-Z].+\.$/);
    for (const text of textsOf(page)) assert.doesNotMatch(text, /\b(?:is|it's) safe\b/i, text);
    const commands = commandsOf(page).map((it) => it.command).join("\n");
    assert.doesNotMatch(commands, /setup --retry|resetAt|rollout restart/, "it offers a try");
  });
}

Deno.test("help tells of trying again what the cause says of itself", () => {
  for (const id of IDS) {
    const isSafe = CAUSES[id].retrySafe;
    assert.equal(helpPage(id).retry === "It is safe.", isSafe, id);
    if (!isSafe) assert.ok(NEVER_AGAIN.some(([it]) => it === id), `${id} belongs into the table`);
  }
});

Deno.test("who has to act is asked, and where nobody has to the first step is to wait", () => {
  for (const id of IDS) {
    const { owner } = CAUSES[id];
    const { steps } = helpPage(id);
    const asked = steps.flatMap(({ means }) => means.kind === "ask" ? [means.whom] : []);
    if (owner === "vendor") assert.ok(asked.includes("Alga support"), id);
    if (owner === "network-admin") assert.ok(asked.some((it) => it !== "Alga support"), id);
    if (owner === "nobody") assert.equal(steps[0]?.means.kind, "words", id);
  }
});

Deno.test("commands name the part that a finding is about", () => {
  const words = wordsOfFinding({ component: "temporal", words: { image: "ghcr.io/x:1" } });
  assert.deepEqual(words, {
    image: "ghcr.io/x:1",
    namespace: "msp",
    object: "temporal",
    workload: "deployment/temporal",
  });
  assert.deepEqual(wordsOfFinding({ component: "node" }), {});
  const commands = commandsOf(helpPage("app.crash", words)).map((it) => it.command);
  assert.ok(
    commands.includes("sudo k3s kubectl -n msp rollout restart deployment/temporal"),
    commands.join("\n"),
  );
  assert.ok(commands.includes("sudo k3s kubectl -n msp describe pods temporal"), commands.join("\n"));
  const other = commandsOf(helpPage("dns.refused", { server: "192.0.2.53:53", name: "ghcr.io" }));
  assert.ok(other.some((it) => it.command === "nslookup ghcr.io 192.0.2.53"));
  for (const { name } of COMPONENTS) {
    const all = commandsOf(helpPage("app.crash", wordsOfFinding({ component: name })));
    assert.ok(all.every((it) => !it.command.includes("NAME")), name);
  }
});

Deno.test("helpText() has at most 80 columns, commands aside, which stay whole", () => {
  for (const page of PAGES) {
    const commands = new Set(commandsOf(page).map((it) => it.command));
    for (const line of helpText(page, 80).split("\n")) {
      assert.ok(line.length <= 80 || commands.has(line.trim()), line);
    }
    for (const command of commands) assert.ok(helpText(page, 80).includes(`       ${command}\n`), command);
  }
});

Deno.test("helpText() has every part, in order", () => {
  const text = helpText(helpPage("k3s.db-corrupt"), 80);
  const parts = [
    "[k3s.db-corrupt]",
    "What it means",
    "How to see that it is so",
    "What to do, in this order",
    "  1. ",
    "  2. ",
    "What not to do",
    "Who can do it: ",
    "Trying again: It is not safe. ",
    "Your data: ",
  ];
  let at = 0;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    assert.ok(found >= at, part);
    at = found;
  }
});

const NEAR: readonly [typed: string, first: BlockerId | undefined][] = [
  ["dns.refsed", "dns.refused"],
  ["dns-refused", "dns.refused"],
  ["DNS.Refused", "dns.refused"],
  ["img.notfound", "img.not-found"],
  ["crd-missing", "flux.crd-missing"],
  ["internal certificate expired", "k3s.cert-expired"],
  ["certificate expired", "net.cert-expired"],
  ["", undefined],
  ["zzzzzzzzzz", undefined],
  ["x".repeat(100_000), undefined],
];
for (const [typed, first] of NEAR) {
  Deno.test(`nearestIds() of "${typed.slice(0, 30)}" begins with ${first ?? "nothing"}`, () => {
    assert.equal(nearestIds(typed)[0], first);
    assert.ok(nearestIds(typed).length <= 5);
  });
}

Deno.test("help names the folders that the agent uses", () => {
  assert.equal(PATHS_SHOWN.state, PATHS.stateDir);
  assert.equal(PATHS_SHOWN.volumes, PATHS.localPathData);
  assert.equal(`${PATHS_SHOWN.pages}/tls.crt`, PATHS.siteCertificate);
  assert.equal(`${PATHS_SHOWN.pages}/tls.key`, PATHS.siteCertificateKey);
  assert.equal(PATHS_SHOWN.k3sConfig, PATHS.k3sConfig);
  assert.equal(PATHS_SHOWN.registries, PATHS.k3sRegistries);
  assert.ok(PATHS.k3sImages.startsWith(`${PATHS_SHOWN.k3s}/`));
});

Deno.test("pages to which help leads are known by a path and a title", () => {
  for (const [path, title] of Object.values(HELP_PAGES).flat()) {
    assert.match(`${path} ${title}`, /^\/\S* [A-Z]/);
  }
});
