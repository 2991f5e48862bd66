/**
 * How Deno bundles the program, but for how small it is written: what is in it is the same either way. One script, in which a
 * module that is loaded later is run later.
 */
export const BUNDLE = ["bundle", "--quiet", "--platform", "deno", "--format", "cjs"] as const;
