import { buildPrograms } from "./build.ts";
import { PROGRAM_SETS, type ProgramSet } from "./programs.ts";

/** `deno task cluster`: makes the real test cluster by hand, the same way as the tests do. */
const SETS = Object.keys(PROGRAM_SETS) as ProgramSet[];
const USAGE = `deno task cluster build [${
  SETS.join("|")
}]…   build the programs of these sets (all of them by default)`;

const [command, ...args] = Deno.args;
switch (command) {
  case "build": {
    const unknown = args.find((it) => !SETS.includes(it as ProgramSet));
    if (unknown !== undefined) fail(`There is no set "${unknown}". Sets: ${SETS.join(", ")}`);
    for (const set of args.length > 0 ? args as ProgramSet[] : SETS) {
      if (!await buildPrograms(set)) Deno.exit(1);
    }
    break;
  }
  default:
    fail(USAGE);
}

function fail(message: string): never {
  console.error(message);
  Deno.exit(2);
}
