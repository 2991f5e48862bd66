import type { Step } from "../operation/step.ts";
import type { SettingsContext } from "./context.ts";
import { clusterDnsStep } from "./steps/cluster_dns.ts";
import { fluxKeysStep } from "./steps/flux_keys.ts";
import { fluxProxyStep } from "./steps/flux_proxy.ts";
import { hostFilesStep } from "./steps/host_files.ts";
import { k3sRestartStep } from "./steps/k3s.ts";
import { recordStep } from "./steps/record.ts";
import { releasesStep } from "./steps/releases.ts";
import { valuesStep } from "./steps/values.ts";

/** A change of settings in running order, after its check: the machine, then the cluster, then the application. */
export const SETTINGS_STEPS: readonly Step<SettingsContext>[] = [
  recordStep,
  hostFilesStep,
  k3sRestartStep,
  clusterDnsStep,
  fluxProxyStep,
  fluxKeysStep,
  valuesStep,
  releasesStep,
];
