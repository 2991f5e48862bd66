import assert from "node:assert/strict";
import { ConnectionTable } from "../../../agent/serving/connection_table.ts";
import type { Limits } from "../../../agent/serving/limits.ts";

const LIMITS: Limits = {
  strangers: 20,
  strangersPerSource: 10,
  signedIn: 4,
  headMs: 10_000,
  idleMs: 60_000,
  leaveMs: 5_000,
};

/** A table that writes down who was cut. */
function startTable() {
  const table = new ConnectionTable(LIMITS);
  const cut: string[] = [];
  const add = (name: string, source: string, nowMs = 0) => table.add(source, nowMs, () => cut.push(name));
  return { table, cut, add };
}

Deno.test("a source with too many connections loses its longest idle one, nobody else does", () => {
  const { table, cut, add } = startTable();
  add("other", "b");
  for (let i = 0; i < 12; i++) add(`a${i}`, "a", i);
  assert.deepEqual(cut, ["a0", "a1"]);
  assert.equal(table.size, 11);
});

Deno.test("a busy connection goes after the idle ones of its source", () => {
  const { cut, add } = startTable();
  add("busy", "a", 0).busy++;
  for (let i = 0; i < 10; i++) add(`a${i}`, "a", 1 + i);
  assert.deepEqual(cut, ["a0"]);
});

Deno.test("where all of a source's connections are busy, its oldest goes", () => {
  const { cut, add } = startTable();
  for (let i = 0; i < 11; i++) add(`a${i}`, "a", i).busy++;
  assert.deepEqual(cut, ["a0"]);
});

Deno.test("too many strangers in all: the source that has most of them loses one", () => {
  const { cut, add } = startTable();
  add("alone", "z", 0);
  for (let i = 0; i < 9; i++) add(`a${i}`, "a", 1 + i);
  for (let i = 0; i < 10; i++) add(`s${i}`, `source ${i}`, 20 + i);
  assert.deepEqual(cut, []);
  add("newcomer", "y", 99);
  assert.deepEqual(cut, ["a0"]);
});

Deno.test("strangers do not push out who is signed in, and signing in makes room among the strangers", () => {
  const { table, cut, add } = startTable();
  table.signIn(add("reader", "a", 0));
  for (let i = 0; i < 10; i++) add(`a${i}`, "a", 1 + i);
  assert.deepEqual(cut, []);
  for (let i = 10; i < 100; i++) add(`a${i}`, "a", 1 + i);
  assert.ok(!(cut as string[]).includes("reader"));
  assert.equal(table.size, 11);
});

Deno.test("too many signed-in connections: the longest idle one goes", () => {
  const { table, cut, add } = startTable();
  for (let i = 0; i < 5; i++) {
    const entry = add(`r${i}`, "a", i);
    if (i === 0) entry.busy++;
    table.signIn(entry);
  }
  assert.deepEqual(cut, ["r1"]);
});

const WAITS: readonly [name: string, state: { hasAsked?: boolean; isLeaving?: boolean }, limitMs: number][] =
  [
    ["nothing whole was asked", {}, LIMITS.headMs],
    ["an answer was given", { hasAsked: true }, LIMITS.idleMs],
    ["the last answer was given", { hasAsked: true, isLeaving: true }, LIMITS.leaveMs],
  ];
for (const [name, state, limitMs] of WAITS) {
  Deno.test(`where ${name}, a connection may idle for ${limitMs / 1000} s`, () => {
    const { table, cut, add } = startTable();
    Object.assign(add("it", "a", 1_000), state);
    table.cutOverdue(1_000 + limitMs - 1);
    assert.deepEqual(cut, []);
    table.cutOverdue(1_000 + limitMs);
    assert.deepEqual(cut, ["it"]);
    assert.equal(table.size, 0);
  });
}

Deno.test("an answer that stays open has no idle limit", () => {
  const { table, cut, add } = startTable();
  add("live", "a").busy++;
  table.cutOverdue(3_600_000);
  assert.deepEqual(cut, []);
});

Deno.test("when files run out, a quarter of the strangers goes and the rest is the new limit", () => {
  const { table, cut, add } = startTable();
  for (let i = 0; i < 16; i++) add(`c${i}`, `source ${i}`, i);
  table.signIn(add("reader", "r", 0));
  table.makeRoom();
  assert.equal(cut.length, 4);
  assert.equal(table.size, 13);
  add("newcomer", "n", 99);
  assert.equal(cut.length, 5);
  assert.ok(!cut.includes("reader") && !cut.includes("newcomer"));
});

Deno.test("a connection that has ended makes room, once", () => {
  const { table, add } = startTable();
  const entry = add("it", "a");
  table.remove(entry);
  table.remove(entry);
  assert.equal(table.size, 0);
});
