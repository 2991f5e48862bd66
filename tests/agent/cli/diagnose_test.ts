import assert from "node:assert/strict";
import { diagnose, whyAway } from "../../../agent/cli/diagnose.ts";
import { AgentError } from "../../../agent/error.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

const disk = (avail: number, options = "rw,relatime") => ({
  stdout: JSON.stringify({ filesystems: [{ target: "/", size: 1e11, used: 1, avail, options }] }),
});
const RUNS = "LoadState=loaded\nActiveState=active\nSubState=running\nResult=success\nNRestarts=0\n";

/** A machine on which systemd, findmnt and the journal say this. */
function machine(show: string, avail = 1e10, line = "") {
  const host = new FakeHost({}, {
    systemctl: { stdout: show },
    findmnt: disk(avail),
    journalctl: {
      stdout: line === "" ? "" : JSON.stringify({ __REALTIME_TIMESTAMP: "1764165600000000", MESSAGE: line }),
    },
  });
  host.folders.set("/run/systemd/system", 0o755);
  return host;
}

const answers = () => Promise.resolve();
const dead = () =>
  Promise.reject(
    new AgentError("TIMEOUT", "No agent is running", { hint: 'Start it with "systemctl start …"' }),
  );

Deno.test("diagnose() finds nothing wrong with an agent that is well", async () => {
  const found = await diagnose(machine(RUNS), answers);
  assert.deepEqual(found.map((it) => [it.id, it.status]), [["disk", "ok"], ["service", "ok"], [
    "answer",
    "ok",
  ]]);
});

const SERVICES: readonly [what: string, show: string, found: RegExp, wayOut: RegExp][] = [
  ["is not installed", "LoadState=not-found\n", /not installed/, /alga-agent install/],
  ["is masked", "LoadState=masked\nActiveState=inactive\n", /masked/, /unmask --now/],
  [
    "has failed",
    "LoadState=loaded\nActiveState=failed\nSubState=failed\nResult=watchdog\nNRestarts=0\n",
    /does not run \(failed\), its last run ended with "watchdog"/,
    /systemctl start/,
  ],
  [
    "is started again and again",
    "LoadState=loaded\nActiveState=activating\nSubState=auto-restart\nResult=exit-code\nNRestarts=7\n",
    /is starting \(auto-restart\).*"exit-code"; started again 7 times/,
    /journalctl -u alga-appliance/,
  ],
];
for (const [what, show, found, wayOut] of SERVICES) {
  Deno.test(`a service that ${what} is named with its way out, and with the last line of its log`, async () => {
    const all = await diagnose(machine(show, 1e10, "boom token=abc"), dead);
    const service = all.find((it) => it.id === "service");
    assert.equal(service?.status, "bad");
    assert.match(service?.found ?? "", found);
    assert.match(service?.wayOut ?? "", wayOut);
    const lines = whyAway(all);
    assert.match(lines[0] ?? "", /The agent does not answer/);
    assert.match(lines.join("\n"), found);
    assert.match(lines.at(-1) ?? "", /^It said last: boom/);
  });
}

Deno.test("a full disk is told before what follows from it", async () => {
  const all = await diagnose(machine(RUNS, 1_000_000), dead);
  assert.match(whyAway(all)[1] ?? "", /^Disk: 1 MB free on \//);
  assert.match(whyAway(all)[2] ?? "", /vacuum/);
});

Deno.test("a disk that is mounted read-only is told whatever is free on it", async () => {
  const host = machine(RUNS);
  host.commands.set("findmnt", disk(1e10, "ro,relatime,errors=remount-ro"));
  const all = await diagnose(host, answers);
  const found = all.find((it) => it.id === "disk");
  assert.equal(found?.status, "bad");
  assert.match(found?.found ?? "", /^\/ cannot be written/);
  assert.match(found?.wayOut ?? "", /dmesg.*restart this machine/);
});

Deno.test("where systemd tells nothing the answer itself is the reason", async () => {
  const lines = whyAway(await diagnose(machine(""), dead));
  assert.match(lines.join("\n"), /Answer: No agent is running\nWhat to do: Start it with/);
});

Deno.test("a machine that tells nothing at all gives no exception", async () => {
  const all = await diagnose(new FakeHost(), dead);
  assert.deepEqual(all.filter((it) => it.status === "unknown").map((it) => it.id), [
    "disk",
    "service",
    "last-line",
  ]);
});
