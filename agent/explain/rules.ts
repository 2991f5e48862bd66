import { agentRule, applicationRule, degradedRule } from "./app_rules.ts";
import { bootstrapRule } from "./bootstrap_rules.ts";
import { containerConfigRule, missingSecretRule } from "./config_rules.ts";
import { crashRule, probeRule } from "./crash_rules.ts";
import type { Rule } from "./finding.ts";
import { fluxRule, missingKindRule } from "./flux_rules.ts";
import { imagePullRule, imageSlowRule } from "./image_rules.ts";
import { apiRule, nodeRule, schedulingRule } from "./node_rules.ts";
import { downloadRule, identityRule, journalRule } from "./k3s_rules.ts";
import { registryProbeRule } from "./registry_rules.ts";
import { claimRule, mountRule } from "./storage_rules.ts";

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
