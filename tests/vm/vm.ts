import { mortalCommand } from "../mortal_command.ts";
import { debianTree, missingForMachines } from "./debian_tree.ts";

const TESTS = new URL("../../tools/test.ts", import.meta.url).pathname;
const USAGE = `deno task vm build|test

  build  make the small Debian of the virtual machines, which is kept in the cache
  test   run the tests that need a virtual machine; "deno task test" does the same by the suite's name`;

/** `deno task vm build|test` */
const [verb] = Deno.args;
if (verb === "build") {
  const missing = await missingForMachines();
  if (missing === undefined) console.log(await debianTree());
  else {
    console.error(`No virtual machine can run here: ${missing}`);
    Deno.exitCode = 1;
  }
} else if (verb === "test") {
  const args = ["run", "-A", "--quiet", TESTS, "virtual machine"];
  Deno.exitCode = (await mortalCommand(Deno.execPath(), args).output()).code;
} else {
  console.error(USAGE);
  Deno.exitCode = 2;
}
