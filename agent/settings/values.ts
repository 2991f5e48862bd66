import type { KubeObject } from "../../k8s/mod.ts";
import type { ResolvedRelease } from "../release/mod.ts";
import { valuesObjects } from "../setup/values_objects.ts";
import type { Settings } from "./settings.ts";

/** On a ConfigMap with values that a change of settings wrote: what its release is asked for, and says when it has done so. */
export const RECONCILE_ANNOTATION = "alga-agent/reconcile";

/** The ConfigMaps of the installed release with these settings. */
export function wantedValues(resolved: ResolvedRelease, settings: Settings): KubeObject[] {
  return valuesObjects({ ...resolved, channel: settings.channel }, settings);
}

/** Whether a ConfigMap says what it should; it may say more. */
export function isCurrent(found: KubeObject | undefined, wanted: KubeObject): boolean {
  return Object.entries(wanted.data as Record<string, string>).every(([key, value]) =>
    found?.data?.[key] === value
  );
}
