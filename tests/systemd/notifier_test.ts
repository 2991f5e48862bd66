import assert from "node:assert/strict";
import { until } from "../until.ts";
import { mortalCommand } from "../mortal_command.ts";
import { openNotifySocket, untilSilent } from "./notify_socket.ts";

const notifier = new URL("../../systemd/notifier.ts", import.meta.url).href;

/** Pings five times a second until it is told to keep its main loop busy for ever. */
const HANGING = `
import { openNotifier, startWatchdog } from "${notifier}";
startWatchdog(openNotifier(), new AbortController().signal, () => Promise.resolve(true));
await Deno.stdin.read(new Uint8Array(1));
console.log("busy");
for (;;);
`;

Deno.test("startWatchdog() stops pinging when the main loop hangs", async () => {
  const dir = await Deno.makeTempDir({ prefix: "alga-notify-" });
  const systemd = openNotifySocket(`${dir}/notify`);
  await Deno.writeTextFile(`${dir}/hanging.ts`, HANGING);
  const args = ["run", "-A", "--quiet", "--unstable-net", `${dir}/hanging.ts`];
  const child = mortalCommand(Deno.execPath(), args, {
    env: { NOTIFY_SOCKET: systemd.path, WATCHDOG_USEC: "600000", NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  try {
    await until("it pings", () => systemd.heard.length, (it) => it >= 3);
    const telling = child.stdin.getWriter();
    await telling.write(new Uint8Array(1));
    await telling.close();
    const said = child.stdout.getReader();
    assert.equal(new TextDecoder().decode((await said.read()).value), "busy\n");
    await said.cancel();
    await untilSilent(systemd, 1_500);
  } finally {
    child.kill("SIGKILL");
    await child.status;
    await systemd.close();
    await Deno.remove(dir, { recursive: true });
  }
});

/** Pings once; then its listener says no, fails, and falls silent while the main loop runs on. */
const DEAF = `
import { openNotifier, startWatchdog } from "${notifier}";
let asked = 0;
startWatchdog(openNotifier(), new AbortController().signal, () => {
  asked++;
  if (asked === 3) throw new Error("no answer");
  return asked === 4 ? new Promise(() => {}) : Promise.resolve(asked !== 2);
});
setInterval(() => asked >= 4 && console.log("alive"), 50);
`;

Deno.test("startWatchdog() does not ping without an answer, and asks once at a time", async () => {
  const dir = await Deno.makeTempDir({ prefix: "alga-notify-" });
  const systemd = openNotifySocket(`${dir}/notify`);
  await Deno.writeTextFile(`${dir}/deaf.ts`, DEAF);
  const child = mortalCommand(Deno.execPath(), ["run", "-A", "--quiet", "--unstable-net", `${dir}/deaf.ts`], {
    env: { NOTIFY_SOCKET: systemd.path, WATCHDOG_USEC: "150000", NO_COLOR: "1" },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  try {
    const said = child.stdout.getReader();
    // Forty rounds of its own loop after the question that is never answered.
    for (let text = ""; text.split("\n").length <= 40;) {
      text += new TextDecoder().decode((await said.read()).value);
    }
    await said.cancel();
    assert.deepEqual(systemd.heard.map((it) => it.text), ["WATCHDOG=1"]);
  } finally {
    child.kill("SIGKILL");
    await child.status;
    await systemd.close();
    await Deno.remove(dir, { recursive: true });
  }
});

for (
  const [what, env, pings] of [
    ["without WATCHDOG_USEC", {}, false],
    ["with WATCHDOG_USEC=0", { WATCHDOG_USEC: "0" }, false],
    ["with a WATCHDOG_USEC that is not a number", { WATCHDOG_USEC: "soon" }, false],
    ["with the WATCHDOG_PID of another process", { WATCHDOG_USEC: "300000", WATCHDOG_PID: "1" }, false],
    ["with WATCHDOG_USEC", { WATCHDOG_USEC: "300000" }, true],
  ] as const
) {
  Deno.test(`startWatchdog() ${pings ? "pings" : "does not ping"} ${what}`, async () => {
    const dir = await Deno.makeTempDir({ prefix: "alga-notify-" });
    const systemd = openNotifySocket(`${dir}/notify`);
    const script = `
      import { openNotifier, startWatchdog } from "${notifier}";
      const systemd = openNotifier();
      const over = new AbortController();
      startWatchdog(systemd, over.signal, () => Promise.resolve(true));
      await new Promise((resolve) => setTimeout(resolve, 350));
      over.abort();
      await systemd.notify("STATUS=over");
      await systemd.close();
    `;
    await Deno.writeTextFile(`${dir}/script.ts`, script);
    try {
      const { success, stderr } = await mortalCommand(Deno.execPath(), [
        "run",
        "-A",
        "--quiet",
        "--unstable-net",
        `${dir}/script.ts`,
      ], {
        env: { NOTIFY_SOCKET: systemd.path, ...env },
        stderr: "piped",
      }).output();
      assert.ok(success, new TextDecoder().decode(stderr));
      await until("the last word", () => systemd.heard.at(-1)?.text, (it) => it === "STATUS=over");
      assert.equal(systemd.heard.some((it) => it.text === "WATCHDOG=1"), pings);
    } finally {
      await systemd.close();
      await Deno.remove(dir, { recursive: true });
    }
  });
}
