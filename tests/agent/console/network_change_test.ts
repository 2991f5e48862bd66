import assert from "node:assert/strict";
import { changeOf } from "../../../agent/console/network_change.ts";
import { stubOperation } from "../../routes/settings_stub.ts";

const condition = (id: string, mayBeAccepted: boolean) => ({
  id,
  found: "x",
  cause: `${id} is so`,
  wayOut: "Do this",
  mayBeAccepted,
});

Deno.test("changeOf() tells what stands in the way, and offers to accept only what all may be", () => {
  const blocked = (...conditions: ReturnType<typeof condition>[]) =>
    changeOf(stubOperation({
      name: "network",
      state: { ...stubOperation().state, status: "blocked" } as never,
      conditions: conditions as never,
    }));
  assert.deepEqual(blocked(condition("a", true), condition("b", true))?.acceptIds, ["a", "b"]);
  const mixed = blocked(condition("a", true), condition("b", false));
  assert.deepEqual(mixed?.acceptIds, []);
  assert.deepEqual(mixed?.lines, [
    "The change waits for you:",
    "a is so",
    "What to do: Do this",
    "b is so",
    "What to do: Do this",
  ]);
});

Deno.test("changeOf() has nothing to say before the first change", () => {
  assert.equal(changeOf(stubOperation({ name: "network" })), null);
});
