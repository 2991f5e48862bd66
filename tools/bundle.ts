/** How Deno bundles the program, but for how small it is written: what is in it is the same either way. */
export const BUNDLE = ["bundle", "--quiet", "--platform", "deno", "--code-splitting"] as const;
