import type { Cause } from "../../causes/cause.ts";
import { CONFIG } from "../../causes/config.ts";
import { NAMESPACE_ENDS } from "../kernel_words.ts";

/** What a refusal may ask for. */
export interface RefusalWords {
  /** Title of what is not let in. */
  component: string;
  /** Name of the rule that forbids it; "" when not told. */
  rule: string;
}

/** Who refuses, by what the API server says; a name of the rule where it tells one. */
export const REFUSALS: readonly { cause: Cause<RefusalWords>; test: RegExp }[] = [
  { cause: CONFIG.namespaceEnding, test: NAMESPACE_ENDS },
  {
    cause: CONFIG.quota,
    test: /exceeded quota: (?<rule>[\w.-]{1,200})|failed quota: (?<other>[\w.-]{1,200})/,
  },
  { cause: CONFIG.podSecurity, test: /violates PodSecurity "(?<rule>[^"]{1,80})"/ },
  {
    cause: CONFIG.webhook,
    test: /admission webhook "(?<rule>[^"]{1,200})"|failed calling webhook "(?<other>[^"]{1,200})"/,
  },
  {
    cause: CONFIG.account,
    test:
      /service ?account "?(?<rule>[\w./-]{1,200})"? (?:was )?not found|serviceaccount "(?<other>[^"]{1,200})" not found/i,
  },
  {
    cause: CONFIG.limits,
    test: /(?:maximum|minimum) [\w./-]{1,60} usage per (?:Container|Pod)|max limit to request ratio per/i,
  },
];
/** Of these whatever is made may be told, not pods alone. */
export const OF_ANYTHING: readonly Cause<RefusalWords>[] = [
  CONFIG.namespaceEnding,
  CONFIG.quota,
  CONFIG.webhook,
];

/** Who refuses, and by which rule; `undefined` where it is not known. */
export function explainRefusal(message: string): { cause: Cause<RefusalWords>; rule: string } | undefined {
  const known = REFUSALS.find((it) => it.test.test(message));
  if (!known) return undefined;
  const { rule, other } = known.test.exec(message)?.groups ?? {};
  return { cause: known.cause, rule: rule ?? other ?? "" };
}
