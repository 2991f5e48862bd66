import assert from "node:assert/strict";
import { allChecks, type CheckContext } from "../../../../agent/preflight/mod.ts";
import { readDefaults, toAnswers } from "../../../../agent/setup/inputs/defaults.ts";
import {
  FIELD_KEYS,
  fieldOf,
  GROUPS,
  SETUP_FIELD_KEYS,
  type SetupFieldKey,
} from "../../../../agent/setup/inputs/fields.ts";
import { SetupInputs } from "../../../../agent/setup/inputs/schema.ts";
import { setupFormPage } from "../../../../views/setup_form_page.ts";
import { renderPart } from "../../../../views/html.ts";
import { renderPage } from "../../../../views/layout.ts";
import { FakeHost } from "../../../fakes/fake_host.ts";
import { parseMarkup } from "../../../views/markup.ts";
import { sampleFrame } from "../../../views/samples.ts";
import { cli } from "../../cli/terminal.ts";
import { INPUTS } from "../engine.ts";

const FORM = { csrfToken: "t", values: {}, origins: {}, errors: [] };
const unwrapped = (text: string) => text.replaceAll(/\s+/g, " ");

Deno.test("every field of setup stands in the list once, in the schema's order", () => {
  assert.deepEqual(Object.keys(SetupInputs.shape), SETUP_FIELD_KEYS);
  assert.equal(new Set(FIELD_KEYS).size, FIELD_KEYS.length);
  const flags = FIELD_KEYS.map((it) => fieldOf(it).flag);
  assert.equal(new Set(flags).size, flags.length);
});

Deno.test("fields with defaults are those that may be left empty", () => {
  for (const key of SETUP_FIELD_KEYS) {
    const { default: proposal } = fieldOf(key);
    const parsed = SetupInputs.shape[key].safeParse(undefined);
    if (typeof proposal === "object") assert.deepEqual(parsed.data, proposal.value, key);
    else assert.equal(parsed.success, key === "dnsServers", key);
  }
});

Deno.test("the form asks every question in the words of the list, in its order", () => {
  const page = renderPage(sampleFrame(), setupFormPage(FORM));
  const { tags, text } = parseMarkup(page);
  const words = unwrapped(text);
  let at = 0;
  for (const key of SETUP_FIELD_KEYS) {
    const { label, help, choices } = fieldOf(key);
    const names = tags.filter((it) => it.attributes.name === key);
    assert.equal(names.length, choices?.length ?? 1, key);
    const said = [label, help, ...(choices ?? []).flatMap((it) => [it.label, it.help])];
    for (const it of said) assert.ok(words.includes(unescaped(it)), `${key}: ${it}`);
    const found = words.indexOf(` ${label} `, at);
    assert.ok(found >= at, `${key} comes too early`);
    at = found;
  }
  for (const heading of Object.values(GROUPS)) assert.ok(words.includes(heading), heading);
  const asked = new Set(tags.map((it) => it.attributes.name).filter((it) => it !== undefined));
  for (const it of ["csrf", "viewport", "color-scheme", "adminPasswordConfirm"]) asked.delete(it);
  assert.deepEqual([...asked].toSorted(), [...SETUP_FIELD_KEYS].toSorted());
});

/** As Preact writes text. */
function unescaped(text: string): string {
  return unwrapped(parseMarkup(renderPart({ type: "p", props: { children: text } } as never)).text.trim());
}

Deno.test("help setup names every field of the file in the words of the list", async () => {
  const { out } = await cli(["help", "setup"]);
  const lines = out.slice(out.indexOf("Fields of the file:"), out.indexOf("Example of a file:"));
  for (const line of lines.split("\n")) assert.ok(line.length <= 80, line);
  for (const key of SETUP_FIELD_KEYS) {
    const { label, help } = fieldOf(key);
    const isOptional = SetupInputs.shape[key].safeParse(undefined).success;
    const head = new RegExp(`\\n  ${key} +${label}${isOptional ? " \\(optional\\)" : ""}(\\.|\\n)`);
    assert.match(lines, head);
    assert.ok(unwrapped(lines).includes(help), help);
  }
});

Deno.test("the answers carry the labels of the list and nothing else", async () => {
  const defaults = await readDefaults(new FakeHost());
  const shown = (over: Partial<SetupInputs>) => toAnswers({ ...INPUTS, ...over }, defaults);
  const both = [
    ...shown({ proxyUrl: "http://proxy.example:3128" }),
    ...shown({ dnsMode: "custom", dnsServers: ["192.0.2.53"] }),
  ];
  for (const it of both) assert.equal(it.label, fieldOf(it.field).label);
  const fields = new Set<SetupFieldKey>(both.map((it) => it.field));
  assert.deepEqual([...fields].toSorted(), [...SETUP_FIELD_KEYS].toSorted());
});

Deno.test("fields name checks that there are, and what is locked says why", () => {
  const ids = allChecks({} as CheckContext).map((it) => it.id);
  for (const key of FIELD_KEYS) {
    const { checks, locked, settingsOnly } = fieldOf(key);
    for (const it of checks) assert.ok(ids.includes(it), `${key}: ${it}`);
    assert.ok(locked === undefined || (locked.length > 0 && !settingsOnly), key);
  }
});
