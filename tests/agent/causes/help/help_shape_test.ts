import type { CauseShape } from "../../../../agent/causes/cause_shape.ts";
import type { HelpOf } from "../../../../agent/causes/help/help_shape.ts";

/** A family of two causes: what their help may be, and what the compiler refuses. Nothing here runs. */
const SAMPLE = {
  one: {
    id: "sample.one",
    kind: "cause",
    owner: "you",
    title: (w) => w.host,
    reason: "Reason.",
    nextAction: "Action.",
    retrySafe: true,
    action: "retry",
  } satisfies CauseShape<{ host: string }>,
  two: {
    id: "sample.two",
    kind: "cause",
    owner: "you",
    title: "Title",
    reason: "Reason.",
    nextAction: "Action.",
    retrySafe: false,
    action: "retry",
  } satisfies CauseShape,
};
type Sample = HelpOf<typeof SAMPLE>;
const ONE: Sample["sample.one"] = {
  title: "Title",
  meaning: (w) => w.host ?? w.namespace ?? "",
  signs: [{ see: "See.", run: "true" }],
  steps: [{ do: "Do.", run: (w) => w.host ?? "" }],
  never: ["Never."],
  data: "None.",
};
const TWO: Sample["sample.two"] = {
  ...ONE,
  meaning: "Meaning.",
  steps: [{ do: "Do.", wait: "Wait." }],
  retry: "Why.",
};

/** Help of a whole family. */
export const WHOLE: Sample = { "sample.one": ONE, "sample.two": TWO };
// @ts-expect-error: a cause without help
export const MISSING: Sample = { "sample.one": ONE };
// @ts-expect-error: help for what is not a cause of this family
export const STRANGE: Sample = { ...WHOLE, "sample.three": ONE };
// @ts-expect-error: trying again is not safe, and nothing tells why
export const WITHOUT_WHY: Sample["sample.two"] = { ...ONE, meaning: "Meaning.", steps: TWO.steps };
// @ts-expect-error: trying again is safe, and something tells why not
export const WITH_WHY: Sample["sample.one"] = { ...ONE, retry: "Why." };
// @ts-expect-error: a step without means
export const WITHOUT_MEANS: Sample["sample.one"] = { ...ONE, steps: [{ do: "Do." }] };
// @ts-expect-error: nothing to do
export const WITHOUT_STEPS: Sample["sample.one"] = { ...ONE, steps: [] };
// @ts-expect-error: somebody is asked, and nobody knows what
export const WITHOUT_WORDS: Sample["sample.one"] = { ...ONE, steps: [{ do: "Do.", ask: "network-admin" }] };
// @ts-expect-error: a word that the cause does not have
export const OTHER_WORD: Sample["sample.one"] = { ...ONE, meaning: (w) => w.image ?? "" };
// @ts-expect-error: a page that is not there
export const OTHER_PAGE: Sample["sample.one"] = { ...ONE, steps: [{ do: "Do.", open: "backup" }] };

Deno.test("HelpOf asks for help of every cause, with means for every step: see the lines above, the compiler checks them", () => {});
