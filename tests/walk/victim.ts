import { COMMANDS } from "../../agent/cli/commands.ts";
import { runCli } from "../../agent/cli/run_cli.ts";
import { RealHost } from "../../agent/host/real_host.ts";

/**
 * The agent from source, made to kill itself at the first write of a given set: the only way to die between two system
 * calls every time. Run as `victim.ts WRITE,WRITE MOMENT serve …`. Its last line on stderr is "died at WRITE".
 */
const [writes = "", moment, ...argv] = Deno.args;
const armed = new Set(writes.split(","));
const append = RealHost.prototype.appendFile;
const rename = Deno.rename;

RealHost.prototype.appendFile = async function (path, data, options) {
  const write = lineName(data);
  const isHere = armed.has(write);
  if (isHere && moment === "before") die(write);
  if (isHere && moment === "torn") {
    await append.call(this, path, data.slice(0, data.length / 2), options);
    die(write);
  }
  await append.call(this, path, data, options);
  if (isHere) die(write);
};

// Files are written beside their place, then renamed: dying in between leaves what is beside it.
Deno.rename = async (from, to) => {
  const write = `${to}`.split("/").at(-1) ?? "";
  const isHere = armed.has(write);
  if (isHere && moment !== "after") die(write);
  await rename(from, to);
  if (isHere) die(write);
};

await runCli(COMMANDS, argv, {
  out: () => {},
  err: (text) => console.error(text),
  readInput: () => Promise.resolve(new Uint8Array()),
  readLine: () => Promise.resolve(""),
  readSecret: () => Promise.resolve(undefined),
  isTyped: false,
  columns: undefined,
  color: false,
  signal: new AbortController().signal,
});

/** "type/step" of a journal line. */
function lineName(line: string): string {
  const { type, data } = JSON.parse(line);
  return data.stepId === undefined ? type : `${type}/${data.stepId}`;
}

function die(write: string): never {
  console.error(`died at ${write}`);
  Deno.kill(Deno.pid, "SIGKILL");
  for (;;); // the signal is already on its way
}
