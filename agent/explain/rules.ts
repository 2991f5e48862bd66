import { agentRule } from "./rules/agent.ts";
import { applicationRule, degradedRule } from "./rules/app.ts";
import { bootstrapRule } from "./rules/bootstrap.ts";
import { containerConfigRule, missingSecretRule } from "./rules/config.ts";
import { crashRule, probeRule } from "./rules/crash.ts";
import type { Rule } from "./finding.ts";
import { fluxRule, missingKindRule } from "./rules/flux.ts";
import { imagePullRule, imageSlowRule } from "./rules/image.ts";
import { apiRule, nodeRule } from "./rules/node.ts";
import { kernelRule } from "./rules/kernel.ts";
import { mountRule, sandboxRule } from "./rules/mount.ts";
import { endingRule, taskRule } from "./rules/passing.ts";
import { podPathRule } from "./rules/pod_path.ts";
import { refusedRule } from "./rules/refused.ts";
import { rejectedRule, schedulingRule } from "./rules/scheduling.ts";
import { downloadRule, identityRule, journalRule } from "./rules/k3s.ts";
import { registryProbeRule } from "./rules/registry.ts";
import { claimRule, lostClaimRule } from "./rules/storage.ts";

/** Everything that can be named, by family. Their order means nothing: rank.ts decides. */
export const RULES: readonly Rule[] = [
  apiRule,
  journalRule,
  identityRule,
  downloadRule,
  nodeRule,
  schedulingRule,
  rejectedRule,
  podPathRule,
  registryProbeRule,
  claimRule,
  lostClaimRule,
  mountRule,
  sandboxRule,
  refusedRule,
  imagePullRule,
  imageSlowRule,
  containerConfigRule,
  kernelRule,
  missingSecretRule,
  crashRule,
  probeRule,
  bootstrapRule,
  applicationRule,
  degradedRule,
  endingRule,
  taskRule,
  fluxRule,
  missingKindRule,
  agentRule,
];
