import { loadProgram } from "./load_program.ts";

/** What the executable begins with. */
await loadProgram().program.main();
