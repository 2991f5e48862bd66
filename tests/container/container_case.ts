import assert from "node:assert/strict";
import { compiledProgram } from "../binary/program.ts";
import { until } from "../until.ts";
import type { Answer } from "./ask.ts";
import { type Container, FIRST_ADDRESS, withContainer } from "./container.ts";
import { missingForContainers } from "./missing.ts";

/** Where the program lies before anything is installed. */
export const PROGRAM = "/srv/alga/alga-agent";

/** Where the agent serves, as other machines of its network see it. */
export const URL_HERE = `http://${FIRST_ADDRESS}:8080`;

const program = await compiledProgram();
const missing = await missingForContainers() ?? (program.ok ? undefined : program.reason);

/** A test in a container of its own; skipped, with the reason in its name, where there can be none. */
export function containerTest(
  name: string,
  body: (container: Container) => Promise<void>,
  more: {
    /** Makes other files from the program; path inside → path here. */
    files?(program: string, dir: string): Promise<Record<string, string>>;
    /** Errors that the test itself brings about; every other one in the journal fails it. */
    expected?: readonly RegExp[];
    /** What this test lacks on this machine. */
    missing?: string | undefined;
  } = {},
): void {
  const reason = more.missing ?? missing;
  Deno.test({
    name: reason === undefined ? name : `${name} (skipped: ${reason})`,
    ignore: reason !== undefined,
    async fn() {
      const path = program.ok ? program.path : "";
      const dir = await Deno.makeTempDir({ prefix: "alga-container-files-" });
      try {
        const files = { [PROGRAM]: path, ...await more.files?.(path, dir) };
        await withContainer(files, async (container) => {
          await body(container);
          await expectNoErrors(container, more.expected ?? []);
        });
      } finally {
        await Deno.remove(dir, { recursive: true });
      }
    },
  });
}

/** Debian's own, in a container that has no kernel of its own. */
const ALWAYS = [/^dbus-daemon: .*Failed to set fd limit/];

/** Whatever anybody has told the journal as an error, in all boots. */
async function expectNoErrors({ run }: Container, expected: readonly RegExp[]): Promise<void> {
  const { stdout } = await run("journalctl", "--priority", "err", "--output", "json", "--no-pager");
  const lines = stdout.split("\n").filter((it) => it !== "").map((it) => {
    const { SYSLOG_IDENTIFIER, MESSAGE } = JSON.parse(it);
    return `${SYSLOG_IDENTIFIER}: ${MESSAGE}`;
  });
  const unexpected = lines.filter((line) => ![...ALWAYS, ...expected].some((it) => it.test(line)));
  assert.deepEqual(unexpected, []);
}

/** Waits until a page of the agent answers, asked from another machine. */
export async function answers({ ask }: Container, path: string, timeoutSec?: number): Promise<Answer> {
  const page = () => ask({ url: URL_HERE + path });
  return await until(`${path} answers`, page, (it) => it.status === 200, timeoutSec);
}

/** Installs the program and gives the token that it printed. */
export async function install({ sh }: Container, program = PROGRAM): Promise<string> {
  const said = await sh(`${program} install --any-system`);
  return /^Setup token: +(\S+)$/m.exec(said)?.[1] ?? assert.fail(said);
}
