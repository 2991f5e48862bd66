import assert from "node:assert/strict";
import { CAUSES } from "../../agent/causes/cause.ts";
import { FIELDS } from "../../agent/setup/inputs/fields.ts";
import { actionOf } from "../../agent/causes/action.ts";
import { type Advice, findAdvice, meansOf } from "./advice.ts";
import { productFiles, REPO, sources } from "./sources.ts";

/** Pages by the name that stands in their navigation. */
const PAGES = ["Status", "Set up", "Updates", "Support", "Settings", "Network"];
const BUTTONS = ["Try again now"];
const NAMES = { pages: PAGES, buttons: BUTTONS, fields: Object.values(FIELDS).map((it) => it.label) };

const files = await Promise.all(
  // Help has its means as data, which the compiler asks for.
  (await productFiles()).filter((it) => !it.startsWith("agent/causes/help/"))
    .map(async (path) => ({ path, text: await Deno.readTextFile(REPO + path) })),
);
const advice = findAdvice(files);

/** Texts of causes that stand beside the button of their action. */
const BESIDE_A_BUTTON = new Set(
  Object.values(CAUSES).filter(({ action }) => actionOf(action, { isSetupOver: false }).href !== undefined)
    .map((it) => it.nextAction).filter((it) => typeof it === "string"),
);

function withoutMeans(list: readonly Advice[]): string[] {
  return list.filter(({ text }) => meansOf(text, NAMES).length === 0 && !BESIDE_A_BUTTON.has(text))
    .map(({ path, line, text }) => `${path}:${line}: "${text}"`);
}

Deno.test("every advice carries its means: a command, a page, a field, a button, a person, a place, or what to wait for", () => {
  assert.deepEqual(withoutMeans(advice), []);
});

Deno.test("advice is found in checks, steps, errors and causes alike", () => {
  assert.ok(advice.length > 150, `${advice.length} texts`);
  for (
    const folder of [
      "agent/causes/",
      "agent/preflight/checks/",
      "agent/setup/steps/",
      "agent/settings/steps/",
      "agent/operation/",
      "agent/net/",
      "agent/cli/",
      "k8s/",
      "flux/",
    ]
  ) {
    assert.ok(advice.some((it) => it.path.startsWith(folder)), folder);
  }
});

Deno.test("pages and buttons that advice may name are there", async () => {
  const views = (await Promise.all((await sources("views/")).map((it) => Deno.readTextFile(REPO + it)))).join(
    "\n",
  );
  for (const page of PAGES) assert.ok(views.includes(`"${page}"`), page);
  for (const button of BUTTONS) assert.ok(views.includes(`>${button}</button>`), button);
});

const CODE: readonly [code: string, texts: readonly string[]][] = [
  ['const x = { remediation: "Fix it" };', ["Fix it"]],
  ['const remediation = "Fix it";', ["Fix it"]],
  ['const x = { hint: a ? "One" : "Two" };', ["One", "Two"]],
  ['const x = { hint: a.b ?? "Else" };', ["Else"]],
  ["const x = { hint: `Ask ${a}` };", ["Ask …"]],
  ['const WHO = "Alga support"; const x = { hint: `Ask ${WHO}` };', ["Ask Alga support"]],
  ['function way() { if (a) return "One"; return "Two"; }\nconst x = { nextAction: way(b) };', [
    "One",
    "Two",
  ]],
  ['const x = { nextAction: sentence(w.a || "Else") };', ["Else"]],
  ['const MAP = { a: "One", b: "Two" }; const x = { suggestedNextStep: MAP[c] ?? "" };', ["One", "Two"]],
  ["const x = { nextAction: (w) => `Allow ${w.port}` };", ["Allow …"]],
  ['const x = { hint: "One, " + "two" };', ["One, two"]],
  ['const x = { remediation: "", title: "Not advice" };', []],
];
for (const [code, texts] of CODE) {
  Deno.test(`advice is found in ${code.slice(0, 70)}`, () => {
    assert.deepEqual(findAdvice([{ path: "x.ts", text: code }]).map((it) => it.text), texts);
  });
}

const TEXTS: readonly [text: string, hasMeans: boolean][] = [
  ["Check the network", false],
  ["Restart the service", false],
  ["Correct the settings", false],
  ["See the status page", false],
  ["Try again", false],
  ["Free disk space or enlarge the disk", false],
  ['Open "Nonsense"', false],
  ["Restart the service (sudo systemctl restart k3s)", true],
  ["See who holds the port: ss -ltnp", true],
  ['Correct the field "Proxy"', true],
  ['Enter it on the page "Settings"', true],
  ['Press "Try again now"', true],
  ["Ask the network administrator", true],
  ["Report it to Alga support", true],
  ["Enlarge the disk in the hypervisor", true],
  ["Choose another with --listen", true],
  ["Nothing to do. It goes on by itself.", true],
];
for (const [text, hasMeans] of TEXTS) {
  Deno.test(`"${text}" ${hasMeans ? "has" : "lacks"} its means`, () => {
    assert.equal(meansOf(text, NAMES).length > 0, hasMeans);
  });
}
