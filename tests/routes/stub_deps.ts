import { createBundleService } from "../../agent/bundle/bundle_service.ts";
import type { Access } from "../../agent/access/mod.ts";
import { emptySnapshot, evaluate, NO_MEMORY } from "../../agent/status/mod.ts";
import type { SetupService } from "../../agent/setup/mod.ts";
import type { AppDeps } from "../../routes/app_deps.ts";
import { sourcesOf } from "../agent/bundle/make_bundle.ts";
import type { FakeClock } from "../fakes/fake_clock.ts";
import { networkStub } from "./network_stub.ts";
import { FakeHost } from "../fakes/fake_host.ts";
import { logsStub } from "./logs_stub.ts";
import { settingsStub } from "./settings_stub.ts";
import { replayWorkloads } from "../../agent/workloads/mod.ts";
import { agentUpdatesStub } from "./agent_updates_stub.ts";
import { updatesStub } from "./updates_stub.ts";

/** What an app stands on where nothing but `choice` matters: an appliance that is set up and quiet. */
export async function stubDeps(
  { clock, access, ...choice }: { clock: FakeClock; access: Access } & Partial<AppDeps>,
): Promise<AppDeps> {
  const status = evaluate(emptySnapshot(), clock.nowMs());
  return {
    setup: { view: () => ({ state: { status: "done" } }) } as SetupService,
    settings: settingsStub(),
    network: networkStub(),
    updates: updatesStub(),
    retryPart: () => Promise.resolve({ ok: true, did: [] }),
    agentUpdates: agentUpdatesStub(),
    workloads: replayWorkloads(emptySnapshot(), clock.nowMs()),
    logs: logsStub({ host: new FakeHost(), clock }),
    bundles: await createBundleService({ sources: sourcesOf({ clock }), say: () => {}, collectors: [] }),
    access,
    audit: {
      record: () => Promise.resolve(),
      read: () => Promise.resolve({ entries: [], problem: undefined }),
    },
    clock,
    isReady: () => true,
    say: () => {},
    status: {
      current: () => status,
      json: () => JSON.stringify(status),
      evidence: () => ({ at: status.timestamp, snapshot: emptySnapshot(), memory: NO_MEMORY }),
      subscribe: () => () => {},
      stop: () => Promise.resolve(),
    },
    identity: {
      hostName: "appliance-01",
      addresses: () => Promise.resolve(["192.0.2.10"]),
      agentVersion: "0",
      commit: "c",
      builtAt: "",
    },
    isKnownName: (name) => Promise.resolve(name === "appliance-01"),
    ...choice,
  };
}
