import assert from "node:assert/strict";
import type { Terminal } from "../../../agent/cli/command.ts";
import type { ConsoleAgent, Reply } from "../../../agent/cli/console_agent.ts";
import { askNetwork } from "../../../agent/cli/console_network.ts";
import type { LinkForm } from "../../../agent/network/link_fields.ts";
import { sampleDocument, sampleModel } from "../console/samples.ts";

/** What is said and sent when somebody types these lines. */
async function typing(
  lines: readonly string[],
  replies: readonly Reply[],
): Promise<{ out: string; tried: LinkForm[] }> {
  const [left, answers] = [[...lines], [...replies]];
  const tried: LinkForm[] = [];
  let out = "";
  const terminal: Pick<Terminal, "out" | "readLine" | "signal"> = {
    out: (text) => void (out += text),
    readLine: () => Promise.resolve(left.shift()),
    signal: new AbortController().signal,
  };
  const agent: Pick<ConsoleAgent, "next" | "tryLink"> = {
    next: () => Promise.resolve(sampleDocument()),
    tryLink(form) {
      tried.push(form);
      return Promise.resolve(answers.shift() ?? { ok: true, value: undefined });
    },
  };
  const room = { columns: 79, rows: Infinity, cells: (text: string) => text };
  const model = sampleModel({ view: { name: "network", offset: 0 } });
  await askNetwork(agent as ConsoleAgent, terminal as Terminal, model, room);
  return { out, tried };
}

Deno.test("the form asks one question a line, says what is wrong with which field, and asks again", async () => {
  const wrong = { field: "address", message: "must be in the network of the gateway" };
  const { out, tried } = await typing(
    [
      ...["c", "7", "1", "?", "2", "10.0.0.55/24", "", "-", "try"],
      ...["", "", "192.168.64.55/24", "", "", "TRY", ""],
    ],
    [{
      ok: false,
      message: "This cannot be tried",
      errors: [wrong, { field: "mtu", message: "is unknown" }],
    }],
  );
  const form = { link: "ens18", method: "static", gateway: "192.168.64.1", dnsServers: "" };
  assert.deepEqual(tried, [
    { ...form, address: "10.0.0.55/24" },
    { ...form, address: "192.168.64.55/24" },
  ]);
  assert.match(out, /\n {2}1 ens18\nLink \[ens18\]: {3}1 ens18\nLink \[ens18\]: /, "7 is none");
  assert.match(out, / {2}1 From DHCP\n {2}2 A fixed one\nAddress \[From DHCP\]: {3}Type its number\.\n/);
  assert.match(out, /Address \[A fixed one\]: Fixed address \[10\.0\.0\.55\/24\]: /);
  assert.match(out, /! Fixed address must be in the network of the gateway\n! mtu is unknown\n/);
});

Deno.test("who leaves the form, or does not say try, changes nothing", async () => {
  for (const lines of [["c", "", "leave", ""], ["c", "", "", "", "no", ""], ["c"], [""]]) {
    assert.deepEqual((await typing(lines, [])).tried, [], lines.join());
  }
});
