import assert from "node:assert/strict";
import { stubOperation } from "../../routes/settings_stub.ts";
import { watchNetwork } from "../../../agent/host/network_watch.ts";
import { createConsoleFeed } from "../../../agent/console/feed.ts";
import type { OperationView } from "../../../agent/operation/operation.ts";
import { LinkSettings } from "../../../agent/network/link_settings.ts";
import type { NetworkService } from "../../../agent/network/network_service.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { systemClock } from "../../../agent/clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { sampleDocument } from "./samples.ts";

const { status, setup, build } = sampleDocument();
const addr = (local: string, dynamic = true) =>
  JSON.stringify([{ ifname: "ens3", flags: ["LOWER_UP"], addr_info: [{ local, prefixlen: 24, dynamic }] }]);

/** A feed on a fake machine, whose kernel tells of a change when `tell` is called. */
function feedOn() {
  const state = {
    address: "192.0.2.7",
    current: [] as OperationView[],
    token: "AAAAA" as string | undefined,
    trial: undefined as ReturnType<NetworkService["trial"]>,
    tell: () => {},
  };
  const host = new FakeHost({ "/etc/resolv.conf": "nameserver 192.0.2.1\n" }, {
    ip: (args, { onLine, signal }) => {
      if (args.includes("addr")) return { stdout: addr(state.address) };
      if (args.includes("route")) {
        return { stdout: JSON.stringify([{ dst: "default", gateway: "192.0.2.1", dev: "ens3" }]) };
      }
      state.tell = () => onLine?.("2: ens3 inet", "stdout");
      return new Promise((resolve) => signal?.addEventListener("abort", () => resolve({})));
    },
  });
  host.folders.set(PATHS.stateDir, 0o750);
  const listeners = new Set<() => void>();
  const subscribe = (listener: (it: typeof status) => void) => {
    const tell = () => listener(status);
    listeners.add(tell);
    return () => void listeners.delete(tell);
  };
  const over = new AbortController();
  const feed = createConsoleFeed({
    host,
    clock: systemClock,
    links: watchNetwork(host, { clock: systemClock, signal: over.signal }),
    status: { current: () => status, subscribe },
    setup: { view: () => setup, subscribe },
    access: { tokenToShow: () => state.token },
    network: {
      trial: () => state.trial,
      operation: () => stubOperation({ name: "network" }),
      subscribe,
    },
    updates: { lines: () => ({ override: null, others: ["Follows its channel."] }), subscribe },
    current: () => state.current,
    hostName: "appliance-01",
    build,
  }, over.signal);
  return { feed, host, state, listeners, stop: () => over.abort() };
}

Deno.test("the feed answers at once without a revision, and waits with the newest one", async () => {
  const { feed, stop, listeners } = feedOn();
  try {
    const first = await feed.next(undefined, 0);
    assert.equal(first.token, "AAAAA");
    assert.equal(first.network.interfaces[0]?.addresses[0]?.address, "192.0.2.7");
    assert.equal(first.updates, null, "before setup nothing is followed");
    assert.deepEqual([first.network.gateway, first.network.resolvers], ["192.0.2.1", ["192.0.2.1"]]);
    assert.equal((await feed.next(first.revision, 30)).revision, first.revision, "nothing has changed");
    const waiting = feed.next(first.revision, 60_000);
    for (const it of listeners) it();
    assert.notEqual((await waiting).revision, first.revision);
  } finally {
    stop();
  }
});

Deno.test("another address is told as the kernel tells of it; the same one is not", async () => {
  const { feed, state, stop } = feedOn();
  try {
    const first = await feed.next(undefined, 0);
    const waiting = feed.next(first.revision, 60_000);
    state.address = "192.0.2.8";
    state.tell();
    const second = await waiting;
    assert.equal(second.network.interfaces[0]?.addresses[0]?.address, "192.0.2.8");
    state.tell();
    assert.equal((await feed.next(second.revision, 900)).revision, second.revision);
  } finally {
    stop();
  }
});

Deno.test("new settings of a link that are tried are told at once, and that they are no longer", async () => {
  const { feed, state, stop, listeners } = feedOn();
  try {
    let { revision } = await feed.next(undefined, 0);
    const settings = LinkSettings.parse({ link: "ens3", method: "dhcp" });
    const endsAt = "2026-11-26T22:00:30.000Z";
    for (const trial of [{ mark: "secret", endsAt, mayBeKept: true, settings }, undefined]) {
      const waiting = feed.next(revision, 60_000);
      state.trial = trial;
      for (const it of listeners) it();
      const next = await waiting;
      assert.deepEqual(next.network.trial, trial ? { endsAt, mayBeKept: true } : null);
      revision = next.revision;
    }
  } finally {
    stop();
  }
});

Deno.test("the token changes with the first sign-in, and goes in the moment in which a password is chosen", async () => {
  const { feed, host, state, stop } = feedOn();
  try {
    const first = await feed.next(undefined, 0);
    let { revision } = first;
    for (const [token, path] of [["BBBBB", PATHS.setupToken], [undefined, PATHS.credential]] as const) {
      const waiting = feed.next(revision, 60_000);
      await new Promise((resolve) => setTimeout(resolve, 20));
      state.token = token;
      await host.writeFile(path, "{}", { mode: 0o600 });
      const next = await waiting;
      assert.equal(next.token, token ?? null);
      assert.notEqual(next.revision, revision);
      revision = next.revision;
    }
  } finally {
    stop();
  }
});

Deno.test("who works on the appliance is named, and whoever waits is let go at the end", async () => {
  const { feed, state, stop, listeners } = feedOn();
  state.current = [
    { title: "Setup", by: "console tty1", requestedAt: "2026-11-21T14:00:00.000Z" } as OperationView,
  ];
  const { holder, revision } = await feed.next(undefined, 0);
  assert.deepEqual(holder, { title: "Setup", by: "console tty1", since: "2026-11-21T14:00:00.000Z" });
  const waiting = feed.next(revision, 60_000);
  stop();
  await waiting;
  assert.equal(listeners.size, 0);
});
