import assert from "node:assert/strict";
import { CAUSES } from "../../../agent/causes/cause.ts";
import { explain } from "../../../agent/explain/explain.ts";
import { RULES } from "../../../agent/explain/rules.ts";
import { makeFacts } from "../../../agent/facts/facts.ts";
import { evaluate } from "../../../agent/status/evaluate.ts";
import { NOW_MS } from "../status/objects.ts";
import { HEALTHY } from "./rule_row.ts";
import { ROWS } from "./rules/rows.ts";

Deno.test("RULES give only ids that they declare", () => {
  for (const { red } of ROWS) {
    const facts = makeFacts(red, NOW_MS);
    for (const rule of RULES) {
      for (const it of rule.find(facts)) {
        assert.ok(rule.causes.some(({ id }) => id === it.id), `${it.id} is not declared`);
      }
    }
  }
});

Deno.test("every id has a row that finds it, or is named here", () => {
  // agent.unknown is made by evaluate() when no rule matched; disk.pressure of a container shares the id of the node.
  const covered = new Set<string>([...ROWS.map((it) => it.id), "agent.unknown"]);
  assert.deepEqual(Object.keys(CAUSES).filter((it) => !covered.has(it)), []);
});

Deno.test("texts are whole sentences without gaps for every row", () => {
  for (const { red, name } of ROWS) {
    for (const it of explain(makeFacts(red, NOW_MS), { loginReady: false }).blockers) {
      for (const text of [it.title, it.reason, it.consequence, it.nextAction]) {
        assert.ok(text.length > 10 && !/undefined|null| {2}|""|\bplease\b/i.test(text), `${name}: "${text}"`);
      }
      assert.match(it.reason, /[.…]$|: .+$/, name);
      assert.doesNotMatch(it.title, /\.$/, name);
    }
  }
});

Deno.test("a healthy cluster has no blockers", () => {
  assert.deepEqual(evaluate(HEALTHY, NOW_MS).topBlockers, []);
});

Deno.test("every cause that a rule claims is found by it in some row", () => {
  const silent = RULES.flatMap((rule) => {
    const given = new Set(ROWS.flatMap(({ red }) => rule.find(makeFacts(red, NOW_MS)).map((it) => it.id)));
    return rule.causes.filter((it) => !given.has(it.id)).map((it) => `rule ${RULES.indexOf(rule)}: ${it.id}`);
  });
  assert.deepEqual(silent, []);
});
