import assert from "node:assert/strict";
import { Changes } from "../../../agent/observe/changes.ts";
import { HostObserver } from "../../../agent/observe/host_observer.ts";
import { type ApiView, emptySnapshot, type SetupSummary } from "../../../agent/facts/snapshot.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { addressAnswer } from "../preflight/check_case.ts";
import { ago, NOW_MS } from "../status/objects.ts";

const SIGNAL = new AbortController().signal;
const EMPTY = emptySnapshot();
const LINE = JSON.stringify({ __REALTIME_TIMESTAMP: "1795262400000000", MESSAGE: "level=fatal" });

function api(state: ApiView["state"], sinceSec = 30): ApiView {
  return { ...EMPTY.api, state, since: ago(sinceSec) };
}

function hostOf(): FakeHost {
  return new FakeHost({ "/etc/hostname": "Appliance-01\n", "/etc/machine-id": "abc\n" }, {
    "ip -j addr show": addressAnswer([
      { name: "br-0a1b2c3d4e5f", addresses: ["198.51.100.4"] }, // a bridge of Docker
      { name: "ens3", addresses: ["192.0.2.7", "169.254.1.1"] },
    ]),
    journalctl: { stdout: `${LINE}\n` },
  });
}

function observerOf(host: FakeHost): HostObserver & { changes: Changes } {
  const changes = new Changes();
  return Object.assign(new HostObserver({ host, changes }), { changes });
}

function asked(host: FakeHost, program: string): number {
  return host.record.filter((it) => it.startsWith(`run ${program}`)).length;
}

Deno.test("look() tells name, machine and addresses, and asks again only after a while", async () => {
  const host = hostOf();
  const observer = observerOf(host);
  const at = (seconds: number) => ({
    nowMs: NOW_MS + seconds * 1_000,
    api: api("answering"),
    setup: EMPTY.setup,
  });
  assert.deepEqual(await observer.look(at(0), SIGNAL), { ms: 30_000, orChange: true });
  assert.equal(observer.changes.version, 1);
  assert.deepEqual(observer.view(), {
    name: "appliance-01",
    machineId: "abc",
    addresses: ["192.0.2.7", "169.254.1.1", "198.51.100.4"],
    primaryAddress: "192.0.2.7",
    journal: [],
    readOnlyFolder: undefined,
  });
  assert.deepEqual(await observer.look(at(20), SIGNAL), { ms: 10_000, orChange: true });
  assert.equal(observer.changes.version, 1, "nothing has changed");
  assert.equal(asked(host, "ip"), 2);
  const moveTo = (address: string) =>
    host.commands.set("ip -j addr show", addressAnswer([{ name: "ens3", addresses: [address] }]));
  moveTo("192.0.2.99");
  await observer.look(at(31), SIGNAL);
  assert.equal(asked(host, "ip"), 2, "the kernel tells of changes");
  observer.forgetNetwork();
  await observer.look(at(32), SIGNAL);
  assert.equal(observer.changes.version, 2);
  assert.deepEqual(observer.view().addresses, ["192.0.2.99"]);
  moveTo("192.0.2.100");
  await observer.look(at(340), SIGNAL);
  assert.deepEqual(observer.view().addresses, ["192.0.2.100"], "what was not told is found after a while");
});

Deno.test("look() knows nothing of a machine that tells nothing, and does not throw", async () => {
  const observer = observerOf(new FakeHost());
  await observer.look({ nowMs: NOW_MS, api: api("not-answering"), setup: EMPTY.setup }, SIGNAL);
  assert.deepEqual(observer.view(), EMPTY.host);
});

Deno.test("look() reads the journal only while Kubernetes does not answer, and keeps it until it has stayed up", async () => {
  const host = hostOf();
  const observer = observerOf(host);
  const look = (seconds: number, view: ApiView, setup: SetupSummary = EMPTY.setup) =>
    observer.look({ nowMs: NOW_MS + seconds * 1_000, api: view, setup }, SIGNAL);
  await look(0, api("answering"));
  await look(1, api("absent"));
  await look(2, api("connecting"));
  assert.equal(asked(host, "journalctl"), 0);
  await look(3, api("not-answering"));
  await look(6, api("not-answering"));
  assert.equal(asked(host, "journalctl"), 1, "it is expensive");
  await look(14, api("not-answering"));
  assert.equal(asked(host, "journalctl"), 2);
  assert.equal(observer.view().journal.length, 1);
  host.commands.delete("journalctl");
  await look(30, api("not-answering"));
  assert.equal(observer.view().journal.length, 1, "a journal that cannot be read leaves what was known");
  await look(40, api("answering", -35));
  assert.equal(observer.view().journal.length, 1, "it has only just come back");
  await look(200, api("answering", -35));
  assert.deepEqual(observer.view().journal, []);
});

for (const status of ["running", "failed"] as const) {
  Deno.test(`look() reads the journal before there is a cluster while the k3s step is ${status}`, async () => {
    const host = hostOf();
    const observer = observerOf(host);
    const setup = { ...EMPTY.setup, status, stepId: "k3s" as const };
    await observer.look({ nowMs: NOW_MS, api: api("absent"), setup }, SIGNAL);
    assert.equal(observer.view().journal.length, 1);
  });
}

Deno.test("look() tells of a disk that can only be read, and that it can be written again", async () => {
  const mount = (options: string) => `21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 ${options}\n`;
  const host = hostOf();
  const observer = observerOf(host);
  const folderAfter = async (seconds: number, options: string) => {
    await host.writeFile("/proc/self/mountinfo", mount(options), { mode: 0o444 });
    await observer.look(
      { nowMs: NOW_MS + seconds * 1_000, api: api("answering"), setup: EMPTY.setup },
      SIGNAL,
    );
    return observer.view().readOnlyFolder;
  };
  assert.equal(await folderAfter(0, "rw"), undefined);
  assert.equal(await folderAfter(31, "ro"), "/var/lib/alga-appliance");
  assert.equal(await folderAfter(62, "rw"), undefined);
});
