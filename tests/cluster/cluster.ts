import { buildPrograms, fetchSources, isSetBuilt } from "./build.ts";
import { record } from "./node/record/recorder.ts";
import { NODE_USAGE, runNodeCommand } from "./node/node_commands.ts";
import { PROGRAM_SETS, type ProgramSet } from "./programs.ts";

/** `deno task cluster`: makes the real test cluster by hand, the same way as the tests do. */
const SETS = Object.keys(PROGRAM_SETS) as ProgramSet[];
const COMMANDS_OF_SETS = { fetch: fetchSources, built: isSetBuilt, build: buildPrograms };
const USAGE = `deno task cluster build [${
  SETS.join("|")
}]…   build the programs of these sets (all of them by default)
deno task cluster built [SET]…                     exit code 0 where nothing of these sets is left to build
deno task cluster fetch [SET]…                     fetch only the sources of these sets
${NODE_USAGE}
deno task cluster test                             run every suite that needs it
deno task cluster record [CASE]…                   make every failure happen on a real node and rewrite the tests' fixtures`;

const [command, ...args] = Deno.args;
switch (command) {
  case "fetch":
  case "built":
  case "build": {
    const unknown = args.find((it) => !SETS.includes(it as ProgramSet));
    if (unknown !== undefined) fail(`There is no set "${unknown}". Sets: ${SETS.join(", ")}`);
    for (const set of args.length > 0 ? args as ProgramSet[] : SETS) {
      if (!await COMMANDS_OF_SETS[command](set)) Deno.exit(1);
    }
    break;
  }
  case "test":
    Deno.exit(await test());
    break;
  case "record":
    await record(new URL("../agent/explain/testdata/recorded", import.meta.url).pathname, args);
    Deno.exit(0);
    break;
  case "up":
  case "status":
  case "down":
  case "keep":
    Deno.exit(await runNodeCommand(command, args));
    break;
  default:
    fail(USAGE);
}

/** Everything that runs on real parts; the last line counts it. */
async function test(): Promise<number> {
  const suites = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", new URL("../../tools/test.ts", import.meta.url).pathname, "real"],
  });
  return (await suites.spawn().status).code;
}

function fail(message: string): never {
  console.error(message);
  Deno.exit(2);
}
