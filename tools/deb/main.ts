import { parseArgs } from "node:util";
import { buildDeb, DebError } from "./build_deb.ts";

/** `deno task deb`: makes the Debian package of a compiled program. */
const HELP = `Usage: deno task deb [OPTIONS]

  --program FILE  the compiled program (default .out/alga-agent)
  --dir DIR       folder that gets the package (default .out)
`;

const repo = new URL("../..", import.meta.url).pathname;

const { values } = parseArgs({
  args: Deno.args,
  options: {
    program: { type: "string", default: `${repo}.out/alga-agent` },
    dir: { type: "string", default: `${repo}.out` },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(HELP);
  Deno.exit(0);
}
try {
  const path = await buildDeb({ repo, program: values.program, dir: values.dir });
  console.log(`${path}  ${((await Deno.stat(path)).size / 1e6).toFixed(1)} MB`);
} catch (error) {
  if (!(error instanceof DebError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
