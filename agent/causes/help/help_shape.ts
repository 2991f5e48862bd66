import type { BlockerId } from "../cause.ts";
import type { CauseShape, Phrase, WordsOf } from "../cause_shape.ts";

/** Pages of the agent to which a step may lead. "answers" is the form that counts now: setup's, and settings afterwards. */
export const HELP_PAGES = {
  status: [["/", "Status"]],
  setup: [["/setup", "Set up"]],
  answers: [["/settings", "Settings"], ["/setup?edit=1", "Set up, while it is not over"]],
  network: [["/network", "Network"]],
  checks: [["/setup/checks", "Checks of the setup"]],
} as const satisfies Record<string, readonly (readonly [path: string, title: string])[]>;
export type HelpPageName = keyof typeof HELP_PAGES;

/** Who is asked. What Alga support gets is always the finding itself, as a text. */
export type Person = "alga-support" | "network-admin";

/** Where something is done that neither a command nor a page of ours can do. */
export type Place = "hypervisor";

/**
 * How a step is done. No step is without: a command to copy, a page of ours, a person with what to send, a place outside of this
 * machine, or what to wait for.
 */
export type Means<W> =
  | { run: Phrase<W> | readonly Phrase<W>[] }
  | { open: HelpPageName | { cause: BlockerId } }
  | { ask: "alga-support"; also?: Phrase<W> }
  | { ask: "network-admin"; send: Phrase<W> }
  | { at: Place }
  | { wait: string };

/** One thing to do, in its order. */
export type HelpStep<W> = { do: Phrase<W> } & Means<W>;

/** One way to see that it is so. */
export type HelpSign<W> = { see: Phrase<W> } & Means<W>;

/** What `/help/<id>`, `alga-agent help <id>` and `docs/help/<id>.md` tell of one cause, beside what the cause itself says. */
export interface Help<W> {
  /** The cause without the words of one finding. No full stop. */
  title: string;
  meaning: Phrase<W>;
  signs: readonly [HelpSign<W>, ...HelpSign<W>[]];
  steps: readonly [HelpStep<W>, ...HelpStep<W>[]];
  /** What not to do, each with why. */
  never: readonly [string, ...string[]];
  /** Which data is touched, by the cause and by trying again. */
  data: string;
}

/** Why trying again would do harm: asked of each cause that says so of itself, and of no other. */
type RetryNote<C> = C extends { retrySafe: false } ? { retry: string } : { retry?: never };

/** Where a finding was, in words of Kubernetes. */
export interface Whereabouts {
  namespace: string;
  /** Name of the Deployment, StatefulSet or Job; its pods' names begin with it. */
  object: string;
  /** The same with its kind ("deployment/temporal"). */
  workload: string;
}

/** What a command or sentence may name: the cause's own words and where it was. None is sure to be known. */
export type HelpWords<C extends CauseShape> =
  & { readonly [Key in keyof WordsOf<C>]?: string }
  & Partial<Whereabouts>;

/** Help for every cause of a family, by id. A cause without is a type error in the file of its help. */
export type HelpOf<Family extends Readonly<Record<string, CauseShape>>> = {
  readonly [Key in keyof Family as Family[Key]["id"]]: Help<HelpWords<Family[Key]>> & RetryNote<Family[Key]>;
};
