import { APP_PORT } from "../product/ports.ts";
import type { Component } from "../product/components.ts";
import { timeMs } from "../text/time.ts";
import { isPodOver } from "./container_problem.ts";
import type { HttpProbe, NodeView, PodView, Snapshot } from "./snapshot.ts";

/** The application as people reach it; every value computed once. */
export interface AppFacts {
  /** Where people log in: the address in the installed values, else the one given to setup, else the node. */
  url: string | undefined;
  /** All its replicas are ready. Before its program runs there is nobody to ask. */
  isUp: boolean;
  /** The pod that serves it: of several one that is ready, else one that runs, else the newest. */
  pod: PodView | undefined;
  /** The sign-in page as asked on this machine. */
  local: HttpProbe | undefined;
  isLocalGood: boolean;
  /** The address that people use, as asked from this machine. */
  public: HttpProbe | undefined;
  isPublicGood: boolean;
}

/** Computes all of it. Pure. */
export function makeAppFacts(
  snapshot: Snapshot,
  given: { component: Component; isUp: boolean; node: NodeView | undefined },
): AppFacts {
  const { probes } = snapshot;
  const url = loginUrl(snapshot, given.node);
  return {
    url,
    isUp: given.isUp,
    pod: podOf(snapshot, given.component),
    local: probes.local,
    isLocalGood: probes.local !== undefined && isProbeGood(probes.local, url),
    public: probes.public,
    isPublicGood: probes.public !== undefined && isProbeGood(probes.public, url),
  };
}

function loginUrl({ appValues, setup }: Snapshot, node: NodeView | undefined): string | undefined {
  const given = appValues?.appUrl ?? setup.appUrl;
  if (given !== undefined) return /^https?:\/\//i.test(given) ? given : `https://${given}`;
  const address = node?.internalIp;
  if (address === undefined) return undefined;
  return `http://${address.includes(":") ? `[${address}]` : address}:${APP_PORT}`;
}

function podOf({ pods }: Snapshot, { namespace, kind, object }: Component): PodView | undefined {
  const own = pods.filter((it) =>
    it.namespace === namespace && it.owner?.kind === kind && it.owner.name === object && !isPodOver(it)
  );
  return own.reduce<PodView | undefined>(
    (best, it) => best && comparePods(best, it) <= 0 ? best : it,
    undefined,
  );
}

function comparePods(a: PodView, b: PodView): number {
  const has = (pod: PodView, is: (it: PodView["containers"][number]) => boolean) =>
    Number(pod.containers.some((it) => !it.init && is(it)));
  return has(b, (it) => it.ready) - has(a, (it) => it.ready) ||
    has(b, (it) => it.state.kind === "running") - has(a, (it) => it.state.kind === "running") ||
    timeMs(b.createdAt) - timeMs(a.createdAt) || (a.name < b.name ? -1 : 1);
}

/** A 2xx, or a redirect that leads to signing in on this application. */
export function isProbeGood(probe: HttpProbe, appUrl: string | undefined): boolean {
  const { statusCode, location } = probe;
  if (statusCode === undefined) return false;
  if (statusCode >= 200 && statusCode < 300) return true;
  if (statusCode < 300 || statusCode >= 400 || location === undefined) return false;
  if (location.startsWith("/") && !location.startsWith("//")) return true;
  const host = appUrl !== undefined && URL.canParse(appUrl) ? new URL(appUrl).hostname : undefined;
  const target = URL.canParse(location) ? new URL(location) : undefined;
  if (!target) return false;
  if (target.hostname === host) return true;
  return target.hostname !== "alga.local" &&
    (target.pathname.includes("/msp/dashboard") || target.pathname.includes("/login"));
}
