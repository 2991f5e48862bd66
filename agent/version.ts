/** What this build is. The compile task fills in commit and date; a run from source says so. */
export interface BuildInfo {
  version: string;
  commit: string;
  /** ISO 8601; the date of the commit, so that the same inputs give the same bytes. */
  builtAt: string;
}

const COMMIT = "@@ALGA_COMMIT@@";
const BUILT_AT = "@@ALGA_BUILT_AT@@";

/** The running agent's build. */
export const BUILD: BuildInfo = {
  version: "0.1.0",
  commit: COMMIT.startsWith("@@") ? "source" : COMMIT,
  builtAt: BUILT_AT.startsWith("@@") ? "" : BUILT_AT,
};

/** How this process came up; who loads the compiled program says so (tools/compile/). */
export const START = {
  /** From code that V8 made when the program was compiled. Without that a start takes longer. */
  isPrecompiled: false,
};
