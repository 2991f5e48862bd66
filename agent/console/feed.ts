import type { Access } from "../access/mod.ts";
import type { Clock } from "../clock.ts";
import type { Host } from "../host/host.ts";
import { readReachableAddresses, readResolvers, readRoutes } from "../host/network_facts.ts";
import type { NetworkWatch } from "../host/network_watch.ts";
import { otherRoutes } from "../network/other_routes.ts";
import { type RunningTrial, shownTrial } from "../network/trial.ts";
import type { OperationView } from "../operation/operation.ts";
import type { SetupService } from "../setup/setup_service.ts";
import { PATHS } from "../state/paths.ts";
import type { StatusService } from "../status/document.ts";
import type { BuildInfo } from "../version.ts";
import { changeOf } from "./network_change.ts";
import type { ConsoleDocument, NetworkView, UpdateLines } from "./document.ts";

/** A cluster that starts its pods changes links all the time: one look holds for so long. */
const SETTLE_MS = 500;

type LinkFacts = Omit<NetworkView, "trial" | "change">;

export interface FeedDeps {
  host: Host;
  clock: Clock;
  links: NetworkWatch;
  status: Pick<StatusService, "current" | "subscribe">;
  setup: Pick<SetupService, "view" | "subscribe">;
  access: Pick<Access, "tokenToShow">;
  /** New settings of a link, while they are tried. */
  network: {
    trial(): RunningTrial | undefined;
    operation(): OperationView;
    subscribe(listener: () => void): () => void;
  };
  updates: {
    lines(): UpdateLines;
    subscribe(listener: () => void): () => void;
  };
  /** Operations under way, waiting for a person or owing something. */
  current(): readonly OperationView[];
  hostName: string;
  build: BuildInfo;
}

/** What consoles show and when it changes; one for all of them. */
export interface ConsoleFeed {
  /** The document as soon as it is another than the one of this revision, at the latest after `waitMs`. */
  next(after: string | undefined, waitMs: number): Promise<ConsoleDocument>;
}

/** Follows status, setup and network from the first question on, until the signal aborts. */
export function createConsoleFeed(deps: FeedDeps, signal: AbortSignal): ConsoleFeed {
  const { host, clock } = deps;
  const epoch = clock.nowMs().toString(36);
  let count = 0;
  let network: LinkFacts | undefined;
  let changed = Promise.withResolvers<void>();
  let isFollowing = false;
  let isLooking = false;
  /** What was shown last. */
  let token = deps.access.tokenToShow();

  function bump(): void {
    count++;
    changed.resolve();
    changed = Promise.withResolvers();
  }

  /** Of everything as it is now. The token itself does not lie in it. */
  function revision(): string {
    const current = deps.access.tokenToShow();
    if (current !== token) count++;
    token = current;
    return `${epoch}-${count}`;
  }

  async function look(): Promise<void> {
    if (isLooking) return;
    isLooking = true;
    await clock.sleep(SETTLE_MS, signal).catch(() => {});
    isLooking = false; // what changes from here on is looked at again
    const before = JSON.stringify(network);
    network = await readNetwork(host);
    if (JSON.stringify(network) !== before) bump();
  }

  function follow(): void {
    if (isFollowing) return;
    isFollowing = true;
    const ends = [deps.status, deps.setup, deps.network, deps.updates].map((it) => it.subscribe(bump));
    ends.push(deps.links.subscribe(() => void look()));
    signal.addEventListener("abort", () => {
      for (const end of ends) end();
      bump();
    }, { once: true });
  }

  return {
    async next(after, waitMs) {
      follow();
      network ??= await readNetwork(host);
      if (after === revision() && !signal.aborted) {
        const over = new AbortController();
        // What people sign in with changes with these files, whoever writes them.
        const isSecret = (name: string) =>
          [PATHS.setupToken, PATHS.credential].some((it) => it.endsWith(`/${name}`));
        void host.watchFolder(PATHS.stateDir, (name) => isSecret(name) && over.abort(), over.signal);
        await Promise.race([changed.promise, clock.sleep(waitMs, over.signal).catch(() => {})]);
        over.abort();
      }
      const holder = deps.current()[0];
      return {
        revision: revision(),
        hostName: deps.hostName,
        build: deps.build,
        token: token ?? null,
        network: {
          ...network,
          trial: shownTrial(deps.network.trial()),
          change: changeOf(deps.network.operation()),
        },
        status: deps.status.current(),
        setup: deps.setup.view(),
        holder: holder === undefined
          ? null
          : { title: holder.title, by: holder.by ?? "the agent", since: holder.requestedAt ?? "" },
        updates: deps.setup.view().state.status === "done" ? deps.updates.lines() : null,
      };
    },
  };
}

/** What the machine does not tell is left out. Never throws. */
async function readNetwork(host: Host): Promise<LinkFacts> {
  const [interfaces, routes, resolvers] = await Promise.all([
    readReachableAddresses(host).catch(() => []),
    readRoutes(host).catch(() => []),
    readResolvers(host).catch(() => []),
  ]);
  return {
    interfaces,
    gateway: routes.find((it) => it.destination === "default")?.gateway ?? null,
    otherRoutes: otherRoutes(routes),
    resolvers,
  };
}
