import assert from "node:assert/strict";
import { CAUSES } from "../../../agent/causes/cause.ts";
import { COMMANDS } from "../../../agent/cli/commands.ts";
import { helpTopics } from "../../../agent/cli/cause_help.ts";
import { cli } from "./terminal.ts";

const IDS = Object.keys(CAUSES);

Deno.test("help ID tells what a cause means and what to do, for every cause, and needs no agent", async () => {
  for (const id of IDS) {
    const { code, out, err } = await cli(["help", id]);
    assert.deepEqual([code, err], [0, ""], id);
    for (
      const part of [`[${id}]`, "What it means", "How to see", "What to do", "What not to do", "Trying again"]
    ) {
      assert.ok(out.includes(part), `${id}: ${part}`);
    }
  }
});

Deno.test("help ID is at most 80 columns wide, and no wider than the terminal, commands aside", async () => {
  const widths = async (columns?: number) => {
    const { out } = await cli(["help", "dns.refused"], columns === undefined ? {} : { columns });
    return Math.max(...out.split("\n").filter((it) => !it.startsWith("       ")).map((it) => it.length));
  };
  assert.ok(await widths() <= 80);
  assert.ok(await widths(200) <= 80);
  assert.ok(await widths(50) <= 50);
});

Deno.test("help of an unknown id names the nearest, and ends with wrong usage", async () => {
  const { code, out, err } = await cli(["help", "dns.refsed"]);
  assert.deepEqual([code, out], [2, ""]);
  assert.deepEqual(err.split("\n").slice(0, 2), [
    'Unknown command or cause "dns.refsed". Was one of these meant?',
    "  alga-agent help dns.refused",
  ]);
  assert.match(err, /"alga-agent help causes" the causes\.\n$/);
});

Deno.test("help of a word that is like nothing says where the lists are, and shows nothing harmful", async () => {
  const { code, err } = await cli(["help", "\x1b[2Jqqqqqqqq"]);
  assert.equal(code, 2);
  assert.equal(
    err,
    'Unknown command or cause " [2Jqqqqqqqq".\n"alga-agent help" lists the commands, "alga-agent help causes" the causes.\n',
  );
});

Deno.test("help causes lists each cause once, with its title", async () => {
  const { code, out } = await cli(["help", "causes"]);
  assert.equal(code, 0);
  for (const id of IDS) assert.equal(out.split("\n").filter((it) => it.startsWith(`  ${id} `)).length, 1, id);
});

Deno.test("no cause and no topic is called like a command", () => {
  const names = COMMANDS.map((it) => it.name);
  assert.deepEqual(helpTopics().filter((it) => names.includes(it)), []);
});

Deno.test("help of a command stays what it was, and the overview tells of causes", async () => {
  assert.match((await cli(["help", "token"])).out, /^Usage: alga-agent token/);
  assert.match((await cli(["help"])).out, /"alga-agent help CAUSE"/);
});
