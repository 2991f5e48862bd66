import { Buffer } from "node:buffer";
import { loadProgram } from "./load_program.ts";

/** Writes what V8 has made of the bundle once the code of every command is loaded, to the file that is named. */
const QUIET_MS = 200;
const [path = ""] = Deno.args;

const { program, script } = loadProgram();
for (const it of program.COMMANDS) await it.load();
// What V8's helpers still work on is marked in the bytes, which are asked for again until the same came twice.
let before: Uint8Array;
let last: Uint8Array = script.createCachedData();
do {
  before = last;
  await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  last = script.createCachedData();
} while (Buffer.compare(before, last) !== 0);
Deno.writeFileSync(path, last);
