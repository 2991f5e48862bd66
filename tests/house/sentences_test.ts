import assert from "node:assert/strict";
import { type FileText, readText } from "./sentences.ts";
import { productFiles, REPO } from "./sources.ts";

/** Who reads texts of other programs, by patterns and nothing else; each with whose. */
const READS_OTHERS: Readonly<Record<string, string>> = {
  "agent/explain/rules/": "k3s, kubelet, containerd, Flux, and what runs in containers",
  "agent/explain/network_text.ts": "containerd, Flux",
  "agent/explain/kernel_words.ts": "the kernel, the kubelet",
  "agent/facts/": "kubelet, the first-time setup",
  "agent/observe/": "kubelet, Deno",
  "agent/recovery/": "Flux, Helm",
  "agent/update/": "Helm",
  "agent/logs/": "whoever writes a log",
  "agent/net/": "Deno, proxies",
  "agent/host/": "the kernel",
  "agent/error.ts": "Deno",
  "agent/text/redact/": "whoever writes credentials into texts",
  "agent/cli/options.ts": "Node's parser of arguments",
  "k8s/": "Kubernetes, k3s",
};

/** What a file compares with texts that we say ourselves. */
function ownSentences(file: FileText, said: readonly string[]): string[] {
  const mayReadOthers = Object.keys(READS_OTHERS).some((it) => file.path.startsWith(it));
  return file.compares.flatMap(({ line, literal = "", pattern, field }) => {
    const at = `${file.path}:${line}`;
    if (field !== undefined) return [`${at} compares .${field}`];
    if (pattern === undefined) return isOurs(literal, said) ? [`${at} compares with "${literal}"`] : [];
    if (/"\w+":/.test(pattern.source)) return [`${at} reads JSON by ${pattern}`];
    return isWordy(pattern) && !mayReadOthers ? [`${at} reads a text by ${pattern}`] : [];
  });
}

/** A sentence, or words of more than one that stand in a text of ours. */
function isOurs(literal: string, said: readonly string[]): boolean {
  return /[a-z] [a-z]/i.test(literal) &&
    (/^[A-Z][a-z'-]* /.test(literal) || said.some((it) => it.includes(literal)));
}

/** Looks for two words in a row. */
function isWordy({ source }: RegExp): boolean {
  return /[a-z]{2}(?: |\\s[+*]?)\(?[a-z]{2}/i.test(source);
}

Deno.test("no code reads its own sentences", async () => {
  const files = await Promise.all(
    (await productFiles()).map(async (path) => readText(path, await Deno.readTextFile(REPO + path))),
  );
  const said = files.flatMap((it) => it.says);
  assert.deepEqual(files.flatMap((it) => ownSentences(it, said)), []);
});

Deno.test("who is said to read texts of others does", async () => {
  const readers = new Set<string>();
  for (const path of await productFiles()) {
    const { compares } = readText(path, await Deno.readTextFile(REPO + path));
    if (compares.some((it) => it.pattern && isWordy(it.pattern))) readers.add(path);
  }
  const idle = Object.keys(READS_OTHERS).filter((it) => ![...readers].some((path) => path.startsWith(it)));
  assert.deepEqual(idle, []);
});

const SAID = ["It was switched off: none of it is to run.", ", 3 min so far"];
const CASES: readonly [code: string, path: string, isWrong: boolean][] = [
  ['proof.reason.startsWith("It is running")', "agent/status/x.ts", true],
  ['a === "Setup stopped"', "views/x.ts", true],
  ['"Setup stopped" !== a', "views/x.ts", true],
  ['w.detail === "switched off" ? 1 : 2', "agent/causes/x.ts", true],
  ['it.message.endsWith("so far")', "views/x.ts", true],
  ['const END = "so far";\nit.message.endsWith(END)', "views/x.ts", true],
  ['["Not asked yet", "No answer yet"].includes(a)', "agent/status/x.ts", true],
  ['switch (a) { case "Nothing to do": }', "views/x.ts", true],
  ["a === `Waiting for ${b}`", "views/x.ts", true],
  ['outcome.remediation.replace("x", "y")', "agent/preflight/x.ts", true],
  ["it.title === rollup.message", "views/x.ts", true],
  ["hero.nextAction.startsWith(it.nextAction)", "views/x.ts", true],
  ["/permission denied/i.test(problem)", "agent/preflight/x.ts", true],
  [String.raw`/^(?=.*"type":"step\.started").*$/m.test(journal)`, "agent/facts/x.ts", true],
  ['text.includes("switched off")', "agent/explain/rules/x.ts", true],
  ["/permission denied/i.test(line)", "agent/explain/rules/x.ts", false],
  ['rollup.nextAction === ""', "views/x.ts", false],
  ["rollup.title === undefined", "views/x.ts", false],
  ['it.id === "agent.setup-failed"', "views/x.ts", false],
  ['it.reason === "DependencyNotReady"', "agent/explain/x.ts", false],
  ['name.replace(/^The /, "the ")', "agent/causes/x.ts", false],
  ['say("Nothing to do. It goes on by itself.")', "agent/status/x.ts", false],
];
for (const [code, path, isWrong] of CASES) {
  Deno.test(`${path} ${isWrong ? "may not" : "may"} say ${code}`, () => {
    assert.equal(ownSentences(readText(path, code), SAID).length > 0, isWrong);
  });
}
