import { BOOTSTRAP_JOB, NAMESPACES, SECRETS } from "../product/names.ts";
import { type Clock, isoNow } from "../clock.ts";
import type { Report } from "../report.ts";
import type { Say } from "../text/log_line.ts";
import { KINDS, KubeApiError, type KubeClient, type KubeObject, type ObjectRef } from "../../k8s/mod.ts";
import type { LoginWatch } from "./login_watch.ts";

/** The Secret that the first company is made from. */
export const INITIAL_TENANT: ObjectRef = {
  resource: KINDS.Secret,
  namespace: NAMESPACES.app,
  name: SECRETS.initialTenant,
};
/** The one key of it that is needed only until the first user exists. */
export const PASSWORD_KEY = "INITIAL_ADMIN_PASSWORD";
/** When the password was removed, ISO 8601; comes with the removal in one change, so that its absence is never a loss. */
const FORGOTTEN_ANNOTATION = "alga-agent/initial-password-removed-at";

const RETRY_MS = 30_000;

/** Whether the Secret's password was removed because it had been used. */
export function isPasswordForgotten(tenant: KubeObject | undefined): boolean {
  return tenant?.metadata.annotations?.[FORGOTTEN_ANNOTATION] !== undefined;
}

/** What {@link forgetPassword} needs of the agent. */
export interface ForgetPasswordDeps {
  login: LoginWatch;
  clock: Clock;
  connectKube(): Promise<KubeClient | undefined>;
  say: Say;
  report: Report;
}

/**
 * Removes the first administrator's password from the cluster once people can log in, until the signal aborts. Looks again
 * whenever log in has become ready, so that a kill, a cluster that was silent and a setup by an older agent change nothing.
 * Never throws.
 */
export async function forgetPassword(deps: ForgetPasswordDeps, signal: AbortSignal): Promise<void> {
  const { login, clock, report } = deps;
  while (!signal.aborted) {
    await changed(login, true, signal);
    if (signal.aborted) return;
    const isGone = await forgetOnce(deps).catch((error) => {
      // A silent API is told of by the status.
      if (!(error instanceof KubeApiError && error.status === 0)) {
        report("removing the first password", error);
      }
      return false;
    });
    if (isGone) await changed(login, false, signal);
    else await clock.sleep(RETRY_MS, signal).catch(() => {}); // rejects at the end
  }
}

/** `false`: its reader may still need it, or nobody can be asked. */
async function forgetOnce({ connectKube, clock, say }: ForgetPasswordDeps): Promise<boolean> {
  const kube = await connectKube();
  if (!kube) return false;
  const tenant = await kube.get(INITIAL_TENANT);
  if (tenant?.data?.[PASSWORD_KEY] === undefined) return true;
  if (await isJobAtWork(kube)) return false;
  await kube.patch(INITIAL_TENANT, {
    metadata: { annotations: { [FORGOTTEN_ANNOTATION]: isoNow(clock) } },
    data: { [PASSWORD_KEY]: null },
  });
  say("info", "The first administrator's password was removed from the cluster: it has been used");
  return true;
}

/**
 * Each attempt of the first-time setup reads the Secret again, and a failed one may be followed by another. The Job itself
 * vanishes five minutes after its end.
 */
async function isJobAtWork(kube: KubeClient): Promise<boolean> {
  const job = await kube.get({ resource: KINDS.Job, namespace: NAMESPACES.app, name: BOOTSTRAP_JOB });
  if (!job) return false;
  const conditions: { type: string; status: string }[] = job.status?.conditions ?? [];
  return !conditions.some((it) => it.type === "Complete" && it.status === "True");
}

/** Resolves when log in is ready, or is not, and at the end. */
async function changed(login: LoginWatch, isReady: boolean, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const look = () => {
      if (login.isReady() !== isReady && !signal.aborted) return;
      stop();
      signal.removeEventListener("abort", look);
      resolve();
    };
    const stop = login.subscribe(look);
    signal.addEventListener("abort", look);
    look();
  });
}
