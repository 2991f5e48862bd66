import assert from "node:assert/strict";
import { readConsoleLines } from "../../../agent/install/console_lines.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

const CASES: readonly [active: string | undefined, lines: string[]][] = [
  [undefined, ["tty1"]],
  ["tty0\n", ["tty1"]],
  ["tty0 ttyS0\n", ["tty1", "ttyS0"]],
  ["ttyS0 tty0 ttyS0 tty1\n", ["tty1", "ttyS0"]],
  ["ttyS1 hvc0 ttyAMA0", ["tty1", "ttyS1", "hvc0", "ttyAMA0"]],
  ["../../x ttyS0;reboot ttyS", ["tty1"]],
];

for (const [active, lines] of CASES) {
  Deno.test(`consoles of ${JSON.stringify(active)} come to ${lines.join(", ")}`, async () => {
    const host = new FakeHost(active === undefined ? {} : { "/sys/class/tty/console/active": active });
    assert.deepEqual(await readConsoleLines(host), lines);
  });
}
