import assert from "node:assert/strict";
import { COMMANDS } from "../../../agent/cli/commands.ts";
import { helpTopics } from "../../../agent/cli/cause_help.ts";
import { bashCompletion } from "../../../agent/install/bash_completion.ts";
import { optionsOf, wordsOf } from "../../../agent/install/command_help.ts";

const commands = await Promise.all(COMMANDS.map((it) => it.load()));

/** What bash would offer after these words. */
async function complete(...words: string[]): Promise<string[]> {
  const script = `${bashCompletion(commands, helpTopics())}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _alga_agent; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { success, stdout, stderr } = await new Deno.Command("bash", {
    args: ["--norc", "-u", "-c", script, "bash", ...words],
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  assert.equal(new TextDecoder().decode(stderr), "");
  return new TextDecoder().decode(stdout).split("\n").filter((it) => it !== "");
}

Deno.test("bash offers every command, and those that begin as typed", async () => {
  assert.deepEqual(await complete("alga-agent", ""), [...COMMANDS.map((it) => it.name), "help", "--version"]);
  assert.deepEqual(await complete("alga-agent", "toke"), ["token"]);
  assert.deepEqual(await complete("alga-agent", "x"), []);
});

Deno.test("bash offers words and options of a command, and nothing where nothing fits", async () => {
  assert.deepEqual(await complete("alga-agent", "token", ""), ["show", "rotate", "--root", "--help"]);
  assert.deepEqual(await complete("alga-agent", "uninstall", "--p"), ["--purge"]);
  assert.deepEqual(await complete("alga-agent", "help", "inst"), ["install"]);
  assert.deepEqual(await complete("alga-agent", "help", "dns.t"), ["dns.timeout"]);
  assert.deepEqual(await complete("alga-agent", "help", "cau"), ["causes"]);
  assert.deepEqual(await complete("alga-agent", "install", "./al"), []);
  assert.deepEqual(await complete("alga-agent", "nonsense", ""), []);
});

for (const command of commands) {
  Deno.test(`every option that the help of "${command.name}" lists is completed`, () => {
    const listed = [...command.help.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map((it) => it[1] ?? "");
    const options = optionsOf(command);
    assert.deepEqual(listed.filter((it) => !options.includes(it)), []);
  });
}

Deno.test("words come from the usage line alone, not from values of options", () => {
  const help = "Usage: alga-agent x [-o text|json] on|off\n\n  a|b";
  assert.deepEqual(wordsOf({ name: "x", summary: "", help }), ["on", "off"]);
  assert.deepEqual(wordsOf({ name: "x", summary: "", help: "Usage: alga-agent x [-o text|json]" }), []);
});
