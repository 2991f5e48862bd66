/** Names the deepest known cause of what does not work. */
export { BLOCKER_KIND, type BlockerId } from "./blocker_id.ts";
export { explain, type Explained } from "./explain.ts";
export { RULES } from "./rules.ts";
export { TEXTS } from "./texts.ts";
