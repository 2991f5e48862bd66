import { type Image, makeImage } from "../../vm/image.ts";
import { missingForMachines } from "../../vm/debian_tree.ts";
import { BOOT_SEC, TRANSLATED, withMachine } from "../../vm/machine.ts";
import { onFreePort } from "../../simulator/free_port.ts";
import { withTimeout } from "../../../agent/signals.ts";
import { type Row, type Section, spread } from "../section.ts";

/** A line as it is without the agent: with systemd's own login, which is what the page is measured by. */
const WITH_LOGIN = "systemd.mask=alga-appliance-console@ttyS0.service";

/** A visitor who tries again this often. */
const TRY_EVERY_MS = 100;
/** QEMU takes a connection before anybody listens behind it: one that was in vain is never told so. */
const TRY_MS = 3_000;

/** Seconds of one power-on. */
interface Boot {
  /** Seen from outside. */
  page: number;
  prompt: number;
  /** As systemd tells them, since the kernel's first moment. */
  serves: number;
  getty: number;
}

/** When the page is there on a virtual machine, and when the line has its login. */
export const machineSection: Section = {
  id: "machine",
  title: "Power on",
  async run({ program, rounds, say }) {
    const missing = await missingForMachines();
    if (missing !== undefined) throw new Error(`The section "machine" cannot run: ${missing}`);
    await using stack = new AsyncDisposableStack();
    const dir = await Deno.makeTempDir({ prefix: "alga-bench-" });
    stack.defer(() => Deno.remove(dir, { recursive: true }));
    say("the disk is being made");
    const image = await makeImage(program, dir);
    const rows: Row[] = [];
    for (const kind of ["first boot", "later boot"]) {
      const boots: Boot[] = [];
      for (let round = 1; round <= rounds; round++) {
        say(`${kind} ${round} of ${rounds}`);
        // What the last first boot has left is what the later ones begin with.
        const keepsDisk = kind === "first boot" && round === rounds;
        boots.push(await onFreePort((port) => bootOnce({ ...image, dir, port, keepsDisk })));
      }
      const row = (name: string, agent: keyof Boot, floor: keyof Boot): Row => ({
        name: `${kind}: ${name}`,
        unit: "s",
        agent: spread(boots.map((it) => it[agent])),
        floor: spread(boots.map((it) => it[floor])),
      });
      rows.push(
        {
          ...row("power on → :8080 answers, beside the login prompt", "page", "prompt"),
          budget: { kind: "ratio", bound: "atMost", limit: 1.0 },
        },
        // Where the time goes: getty has its prompt some seconds after its start, the agent serves at once.
        row("inside, the agent serves, beside the start of getty", "serves", "getty"),
      );
    }
    return rows;
  },
};

async function bootOnce(
  { dir, port, keepsDisk, ...image }: Image & { dir: string; port: number; keepsDisk: boolean },
): Promise<Boot> {
  let boot: Boot | undefined;
  const startMs = performance.now();
  const sinceStart = () => (performance.now() - startMs) / 1000;
  const hardware = { ...TRANSLATED, forward: { from: port, to: 8080 } };
  await withMachine(image, dir, async (machine) => {
    const [page, prompt] = await Promise.all([
      firstAnswer(port).then(sinceStart),
      machine.shows("a login", /login: ?$/m, BOOT_SEC).then(sinceStart),
    ]);
    await machine.type("root\r");
    await machine.shows("a shell", /# ?$/m);
    await machine.type("exec env TERM=dumb PS1='# ' sh\r");
    await machine.shell("stty -echo");
    const seconds = async (unit: string, property: string) =>
      Number((await machine.shell(`systemctl show ${unit} --value --property ${property}`)).trim()) / 1e6;
    boot = {
      page,
      prompt,
      serves: await seconds("alga-appliance", "ActiveEnterTimestampMonotonic"),
      getty: await seconds("serial-getty@ttyS0", "ExecMainStartTimestampMonotonic"),
    };
    await machine.shell("sync");
  }, { hardware, parameters: WITH_LOGIN, keepsDisk });
  if (boot === undefined) throw new Error("The machine was not looked at");
  return boot;
}

/** Ends with the first answer of all tries: one that waits for a busy agent does not hold up the next, nor is it taken back. */
async function firstAnswer(port: number): Promise<void> {
  const over = new AbortController();
  const tried: Promise<void>[] = [];
  const deadlineMs = performance.now() + BOOT_SEC * 1000;
  const ask = async () => {
    const signal = withTimeout(TRY_MS, over.signal);
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`, { signal }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) over.abort();
  };
  while (!over.signal.aborted) {
    if (performance.now() > deadlineMs) throw new Error(`No page came in ${BOOT_SEC} s`);
    tried.push(ask());
    await new Promise((resolve) => setTimeout(resolve, TRY_EVERY_MS));
  }
  await Promise.all(tried);
}
