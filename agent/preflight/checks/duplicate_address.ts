import { AgentError } from "../../error.ts";
import type { Host } from "../../host/host.ts";
import { mainInterface } from "../../host/network_facts.ts";
import type { Check } from "../check.ts";
import { couldNotCheck, fail, pass, skipped } from "../outcome.ts";
import { isLinkLocal } from "../../text/network_address.ts";

/** Programs that ask the neighbours, with the same options and words: iputils-arping, and what Ubuntu Server brings. */
const PROGRAMS = [["/usr/bin/arping"], ["busybox", "arping"]] as const;

const NO_SUCH_APPLET = 127;

/** Two machines with one address take turns in being reached, and each looks healthy by itself. @see RFC 5227 §2.1 */
export const DUPLICATE_IP: Check = {
  id: "net.duplicate-ip",
  title: "Address used twice",
  vantage: "agent",
  overridable: true,
  async run({ facts, host, signal }) {
    const expected = "no other machine answers for the address of this one";
    const main = mainInterface(await facts.interfaces(), await facts.routes());
    const address = main?.addresses.find((it) => !isLinkLocal(it.address))?.address;
    if (main === undefined || address === undefined) {
      return skipped(expected, "this machine has no address (see Network interface)");
    }
    // Asks as a machine does that is about to take the address: nobody's table of neighbours changes.
    const output = await ask(host, ["-D", "-c", "2", "-w", "3", "-I", main.name, address], signal);
    if (output === undefined) {
      return skipped(
        expected,
        "there is no program that asks the neighbours (sudo apt install iputils-arping)",
      );
    }
    const evidence = output.split("\n").map((it) => it.trim()).filter(Boolean).slice(0, 10);
    const replies = /^Received (\d{1,6}) /m.exec(output)?.[1];
    if (replies === undefined) {
      return couldNotCheck({
        expected,
        found: evidence.at(-1) ?? "arping said nothing",
        remediation:
          `Run the checks as root, or see what it says: sudo arping -D -c 2 -I ${main.name} ${address}`,
        evidence,
      });
    }
    const others = [...output.matchAll(/\[([0-9A-Fa-f:]{11,17})\]/g)].map((it) =>
      hardwareAddress(it[1] ?? "")
    )
      // Some virtual switches send back what they are sent.
      .filter((it) => it !== hardwareAddress(main.macAddress ?? ""));
    if (Number(replies) === 0 || others.length === 0) {
      return pass({ expected, found: `nobody else answers for ${address}`, evidence });
    }
    return fail({
      expected,
      found: `${address} also belongs to the machine with the hardware address ${others[0]}`,
      remediation: `Ask the network administrator which machine ${
        others[0]
      } is, and to give one of the two another address. Accept if it is a router that answers for every address`,
      evidence,
    });
  },
};

/** What the first of the programs that is there says; `undefined` without any. */
async function ask(host: Host, args: readonly string[], signal: AbortSignal): Promise<string | undefined> {
  for (const program of PROGRAMS) {
    try {
      const { code, stdout, stderr } = await host.run([...program, ...args], { timeoutMs: 5_000, signal });
      // A busybox may have been built without it.
      if (code !== NO_SUCH_APPLET) return `${stdout}\n${stderr}`;
    } catch (error) {
      if (!(error instanceof AgentError && error.code === "COMMAND_FAILED")) throw error;
    }
  }
  return undefined;
}

/** busybox leaves zeros away ("52:54:0:aa:bb:1"), iputils writes capitals. */
function hardwareAddress(text: string): string {
  return text.toLowerCase().split(":").map((it) => it.padStart(2, "0")).join(":");
}
