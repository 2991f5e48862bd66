import assert from "node:assert/strict";
import type { Key, Model } from "../../../agent/console/model.ts";
import { press } from "../../../agent/console/press.ts";
import { sampleDocument, sampleModel } from "./samples.ts";

const typed = (text: string): Key => ({ name: "", isCtrl: false, text });
const named = (name: string): Key => ({ name, isCtrl: false, text: "" });
/** The model and the last intent after these keys. */
function after(model: Model, ...keys: Key[]) {
  let last = press(model, keys[0] ?? typed(""));
  for (const key of keys.slice(1)) last = press(last.model, key);
  return last;
}
const network = sampleModel({ view: { name: "network", offset: 0 } });
const letters = (text: string) => [...text].map(typed);
const enter = named("return");
const clear: Key = { name: "u", isCtrl: true, text: "" };

Deno.test("c opens the form with what the link has, and a link that DHCP serves is sent without an address", () => {
  const { model, intent } = after(network, typed("c"), enter, enter, enter, enter);
  assert.equal(model.view.name, "link");
  assert.deepEqual(intent, {
    type: "try-link",
    form: { link: "ens18", method: "dhcp", address: "", gateway: "", dnsServers: "" },
  });
});

Deno.test("space chooses another way, and what is typed takes the place of what stands there", () => {
  const { intent } = after(
    network,
    ...[typed("c"), enter, typed(" "), enter],
    ...[clear, ...letters("10.0.0.55/24"), named("backspace"), enter],
    ...[clear, ...letters("10.0.0.1"), enter, clear, enter, enter],
  );
  assert.deepEqual(intent, {
    type: "try-link",
    form: { link: "ens18", method: "static", address: "10.0.0.55/2", gateway: "10.0.0.1", dnsServers: "" },
  });
});

Deno.test("another link brings its own address, and with one link space changes nothing", () => {
  const fresh = sampleDocument();
  const [first] = fresh.network.interfaces;
  assert.ok(first);
  const second = {
    ...first,
    name: "ens19",
    addresses: [{ address: "10.9.0.2", prefixLength: 16, isDynamic: false }],
  };
  const two = { ...fresh, network: { ...fresh.network, interfaces: [first, second] } };
  const { view } = after({ ...network, document: two }, typed("c"), typed(" ")).model;
  assert.ok(view.name === "link");
  assert.deepEqual([view.form.link, view.form.method, view.form.address], ["ens19", "static", "10.9.0.2/16"]);
  const { view: same } = after(network, typed("c"), typed(" ")).model;
  assert.ok(same.name === "link" && same.form.link === "ens18");
});

Deno.test("escape leaves the form and sends nothing", () => {
  const { model, intent } = after(network, typed("c"), enter, named("escape"));
  assert.equal(model.view.name, "home");
  assert.equal(intent, undefined);
});

Deno.test("what is tried is kept or taken back, what waits is accepted, and nothing else is", () => {
  const withNetwork = (more: Partial<ReturnType<typeof sampleDocument>["network"]>) => {
    const document = sampleDocument();
    return { ...network, document: { ...document, network: { ...document.network, ...more } } };
  };
  const endsAt = "2026-11-26T22:00:30.000Z";
  const onTrial = withNetwork({ trial: { endsAt, mayBeKept: true } });
  assert.deepEqual(after(onTrial, typed("k")).intent, { type: "keep-network" });
  assert.deepEqual(after(onTrial, typed("t")).intent, { type: "take-network-back" });
  assert.deepEqual(after(onTrial, typed("c")).intent, { type: "redraw" });
  const takingUp = withNetwork({ trial: { endsAt, mayBeKept: false } });
  assert.deepEqual(after(takingUp, typed("k")).intent, { type: "redraw" });
  assert.deepEqual(after(takingUp, typed("t")).intent, { type: "take-network-back" });
  const change = { isRunning: false, lines: [], acceptIds: ["node-address"] };
  assert.deepEqual(after(withNetwork({ change }), typed("a")).intent, {
    type: "accept-network",
    checkIds: ["node-address"],
  });
  const running = withNetwork({ change: { ...change, isRunning: true } });
  for (const key of ["a", "c", "k", "t"]) {
    assert.deepEqual(after(running, typed(key)).intent, { type: "redraw" }, key);
  }
});
