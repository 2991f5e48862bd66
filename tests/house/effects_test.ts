import assert from "node:assert/strict";
import { effects } from "./effects.ts";
import { CONNECTORS } from "./rooms.ts";
import { productFiles, REPO } from "./sources.ts";

Deno.test("only the host and the named connectors touch files, sockets and programs", async () => {
  const found: string[] = [];
  for (const path of await productFiles()) {
    if (path.startsWith("agent/host/") || CONNECTORS[path] !== undefined) continue;
    found.push(...effects(await Deno.readTextFile(REPO + path)).map((it) => `${path}:${it}`));
  }
  assert.deepEqual(found, []);
});

Deno.test("every named connector is there and touches something", async () => {
  for (const path of Object.keys(CONNECTORS)) {
    const text = await Deno.readTextFile(REPO + path).catch(() => "");
    assert.ok(effects(text).length > 0, `${path} needs no place in the list`);
  }
});

const TOUCHES = [
  "const a = await Deno.readTextFile(path);",
  "Deno.readDirSync(path);",
  "Deno.writeFile(path, bytes);",
  "Deno.connectTls({});",
  "Deno.listenDatagram({});",
  "new Deno.Command(x)",
  "Deno.open(path)",
  "Deno.stat(path)",
  "Deno.fsyncDataSync(1)",
  "Deno.dlopen(path, {})",
  "Deno.umask(0)",
  "Deno.chdir(path)",
  "Deno.networkInterfaces()",
  "Deno.upgradeWebSocket(request)",
  'Deno["readTextFile"](path)',
  "const { readTextFile } = Deno;",
  "const d = Deno; d.open(path);",
  "(Deno as unknown as Inner).internals",
  "globalThis.Deno.open(path)",
  'globalThis["fetch"](url)',
  'import { readFileSync } from "node:fs";',
  'import * as fs from "node:fs/promises";',
  'import { connect } from "node:tls";',
  'import { connect, isIP } from "node:net";',
  'import net from "node:net";',
  'import "node:http";',
  'import { get } from "node:https";',
  'import { connect } from "node:http2";',
  'import { spawn } from "node:child_process";',
  'import { lookup } from "node:dns/promises";',
  'import { createSocket } from "node:dgram";',
  'import { Worker } from "node:worker_threads";',
  'import { createRequire } from "node:module";',
  'export { readFile } from "node:fs";',
  'const fs = await import("node:fs");',
  "const fs = await import(`node:${name}`);",
  'require("fs").readFileSync(path);',
  'process.getBuiltinModule("fs");',
  "const r = await fetch(url);",
  "const get = fetch;",
  "const client = { fetch };",
  "new WebSocket(url);",
  "new EventSource(url);",
  "new Worker(url);",
  'new Function("a", "b");',
  "internals.serveHttpOnConnection(connection);",
  'internals["serveHttpOnConnection"](connection);',
];
const DOES_NOT = [
  "await options.fetch(url);",
  "class A { #fetch(call: KubeCall) {} }",
  "async function ask({ fetch }: Deps) { await fetch(url); }",
  "const client = { fetch: ask };",
  'import { isIP } from "node:net";',
  'import type { Socket } from "node:net";',
  'import { type Socket, isIP } from "node:net";',
  'import { randomBytes } from "node:crypto";',
  'const page = await import("../text/clip.ts");',
  "catch_(error instanceof Deno.errors.NotFound)",
  "let connection: Deno.Conn | undefined;",
  "const arch = Deno.build.arch;",
  "// Deno.readTextFile is not for here",
  '"Deno.open is a word in a text";',
  "interface Worker { give(): void }\nlet it: Worker;",
];
for (const code of TOUCHES) {
  Deno.test(`${JSON.stringify(code)} touches the outside`, () => assert.notDeepEqual(effects(code), []));
}
for (const code of DOES_NOT) {
  Deno.test(`${JSON.stringify(code)} does not touch the outside`, () => assert.deepEqual(effects(code), []));
}

Deno.test("only the host runs programs", async () => {
  const wrong: string[] = [];
  for (const path of await productFiles()) {
    const text = await Deno.readTextFile(REPO + path);
    const runs = /\bDeno\s*\??\.\s*Command\b|child_process/.test(text);
    if (path !== "agent/host/run_command.ts" && runs) wrong.push(path);
  }
  assert.deepEqual(wrong, []);
});
