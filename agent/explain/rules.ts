import { agentRule } from "./rules/agent.ts";
import { applicationRule, degradedRule } from "./rules/app.ts";
import { bootstrapRule } from "./rules/bootstrap.ts";
import { containerConfigRule, missingSecretRule } from "./rules/config.ts";
import { crashRule, probeRule } from "./rules/crash.ts";
import type { Rule } from "./finding.ts";
import { fluxRule, missingKindRule } from "./rules/flux.ts";
import { imagePullRule, imageSlowRule } from "./rules/image.ts";
import { apiRule, nodeRule, schedulingRule } from "./rules/node.ts";
import { downloadRule, identityRule, journalRule } from "./rules/k3s.ts";
import { registryProbeRule } from "./rules/registry.ts";
import { claimRule, mountRule } from "./rules/storage.ts";

/** Everything that can be named, by family. Their order means nothing: rank.ts decides. */
export const RULES: readonly Rule[] = [
  apiRule,
  journalRule,
  identityRule,
  downloadRule,
  nodeRule,
  schedulingRule,
  registryProbeRule,
  claimRule,
  mountRule,
  imagePullRule,
  imageSlowRule,
  containerConfigRule,
  missingSecretRule,
  crashRule,
  probeRule,
  bootstrapRule,
  applicationRule,
  degradedRule,
  fluxRule,
  missingKindRule,
  agentRule,
];
