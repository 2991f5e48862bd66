import { SUITES } from "../suites.ts";
import type { CommandLine, Part } from "./part.ts";

/** The running Deno, so that every part has the version that the gate was started with. */
const deno = (...args: string[]): CommandLine => [Deno.execPath(), ...args];
const tool = (path: string, ...args: string[]) => deno("run", "-A", "--quiet", path, ...args);

/** The gate's time in minutes. The whole stays under an hour: the rest is for counting what did not fit, and the look at the tree. */
export const TOTAL_MIN = 58;

/**
 * Limit and usual time of each suite in minutes, on two cores beside the other lanes, and the parts that it waits for. What starts
 * machines and clusters mostly waits for them: it has a lane of its own, and begins once the longest suite that needs all of this
 * machine is through.
 */
const SUITE_TIMES: Readonly<
  Record<string, Pick<Part, "limitMin" | "usualMin" | "after"> & { lane?: Part["lane"] }>
> = {
  "unit and component": { limitMin: 20, usualMin: 6, after: ["system packages", "npm packages"] },
  "house": { limitMin: 15, usualMin: 3 },
  "compiled binary": { limitMin: 25, usualMin: 13 },
  "walk on the simulator": { limitMin: 20, usualMin: 6 },
  "support bundle": { limitMin: 20, usualMin: 3, after: ["programs: scan"] },
  "browser": { limitMin: 20, usualMin: 7 },
  "systemd in a container": {
    lane: "machine",
    limitMin: 20,
    usualMin: 5,
    after: ["system packages", "unit and component"],
  },
  "virtual machine": {
    lane: "machine",
    limitMin: 20,
    usualMin: 5,
    after: ["system packages", "unit and component"],
  },
  // Its machines are emulated, and compute more than they wait: beside the real node, not before it.
  "installation image": { limitMin: 30, usualMin: 9, after: ["system packages"] },
  "real Kubernetes API": {
    lane: "machine",
    limitMin: 25,
    usualMin: 4,
    after: ["unit and component", "programs: api", "programs: flux", "programs: fleet", "programs: helm"],
  },
  "real node": { lane: "machine", limitMin: 40, usualMin: 24, after: ["programs: node"] },
};

/**
 * The sets of programs in building order, with the usual minutes of each where the ones before are built: what the earlier suites
 * wait for comes first, and what takes longest for one suite comes last, so that it is what falls out where time is short.
 */
const PROGRAM_SETS = { scan: 1, api: 4, flux: 9, fleet: 4, helm: 2, node: 12 };
const PROGRAM_PARTS = Object.entries(PROGRAM_SETS).map(([set, usualMin]): Part => ({
  name: `programs: ${set}`,
  lane: "build",
  kind: "build",
  command: tool("tests/cluster/cluster.ts", "build", set),
  builtCommand: tool("tests/cluster/cluster.ts", "built", set),
  isPolite: true,
  limitMin: 45,
  usualMin,
  isFullOnly: true,
  needsProgram: "go",
}));

const SUITE_PARTS = SUITES.map((suite): Part => ({
  name: suite.name,
  lane: "test",
  kind: "suite",
  command: tool("tools/test.ts", suite.name),
  countCommand: tool("tools/test.ts", "--count", suite.name),
  isFullOnly: suite.isLong === true,
  ...(SUITE_TIMES[suite.name] ?? { limitMin: 15, usualMin: 2 }),
}));

/**
 * The gate, in running order within each lane. What comes over the network has parts of its own, so that a second try repeats
 * nothing else. What is built is kept by its content (`tests/cluster/programs.ts`), so a second gate finds it done.
 */
export const PARTS: readonly Part[] = [
  {
    name: "system packages",
    lane: "build",
    kind: "check",
    command: tool("tools/gate/debian_packages.ts"),
    limitMin: 10,
    usualMin: 1,
    tries: 2,
    isFullOnly: true,
  },
  {
    name: "npm packages",
    lane: "build",
    kind: "check",
    command: deno("install", "--quiet"),
    limitMin: 5,
    usualMin: 1,
    tries: 2,
  },
  {
    name: "Flux definitions",
    lane: "build",
    kind: "check",
    command: tool("tools/flux_crds.ts"),
    limitMin: 10,
    usualMin: 1,
    tries: 2,
    isFullOnly: true,
    needsProgram: "go",
  },
  {
    name: "program sources",
    lane: "build",
    kind: "check",
    command: tool("tests/cluster/cluster.ts", "fetch"),
    isPolite: true,
    limitMin: 15,
    usualMin: 1,
    tries: 2,
    isFullOnly: true,
    needsProgram: "go",
  },
  ...PROGRAM_PARTS,
  {
    name: "format",
    lane: "test",
    kind: "check",
    command: deno("fmt", "--check"),
    limitMin: 2,
    usualMin: 1,
  },
  {
    name: "lint",
    lane: "test",
    kind: "check",
    command: deno("lint", "--quiet"),
    limitMin: 2,
    usualMin: 1,
  },
  {
    name: "types",
    lane: "test",
    kind: "check",
    command: deno("check", "--quiet", "."),
    after: ["npm packages"],
    limitMin: 5,
    usualMin: 1,
  },
  {
    name: "compile",
    lane: "test",
    kind: "check",
    command: tool("tools/compile.ts", "--partial"),
    after: ["Flux definitions"],
    limitMin: 5,
    usualMin: 1,
  },
  ...SUITE_PARTS,
  {
    name: "clean tree",
    lane: "test",
    kind: "check",
    command: tool("tools/gate/clean_tree.ts"),
    after: [...PROGRAM_PARTS, ...SUITE_PARTS].map((it) => it.name),
    limitMin: 1,
    usualMin: 0,
    isFullOnly: true,
  },
];
