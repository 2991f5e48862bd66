import type { ConsoleDocument } from "../../../agent/console/document.ts";
import { type Model, newModel } from "../../../agent/console/model.ts";
import { emptySnapshot, evaluate } from "../../../agent/status/mod.ts";
import type { Blocker } from "../../../agent/explain/blocker.ts";

const NOW = Date.parse("2026-11-21T14:02:00.000Z");
const status = evaluate(emptySnapshot(), NOW);

/** A fresh appliance whose agent answers. */
export function sampleDocument(other: Partial<ConsoleDocument> = {}): ConsoleDocument {
  return {
    revision: "a-1-new",
    hostName: "appliance-01",
    build: { version: "0.1.0", commit: "0123456789ab", builtAt: "2026-11-20T10:00:00.000Z" },
    token: "7KQ2M-9XTRA-V4HPD-8LMNC-J3WE5-0ABCD",
    network: {
      interfaces: [{
        name: "ens18",
        hasCarrier: true,
        addresses: [{ address: "192.168.64.8", prefixLength: 24, isDynamic: true }],
      }],
      gateway: "192.168.64.1",
      otherRoutes: ["10.9.0.0/16 by 192.168.64.7 on ens18"],
      resolvers: ["192.168.64.1", "1.1.1.1"],
      trial: null,
      change: null,
    },
    status: { ...status, urls: { statusUrl: "http://192.168.64.8:8080/", loginUrl: null } },
    setup: { state: { status: "idle" }, steps: [], answers: [], acknowledgements: [], log: [] },
    holder: null,
    updates: null,
    ...other,
  };
}

/** A cause as the status page shows it. */
export function sampleBlocker(other: Partial<Blocker> = {}): Blocker {
  return {
    id: "image.not-found",
    severity: "background",
    component: "workflow-worker",
    layer: "background",
    title: "Workflow worker cannot start",
    reason: "The release names an image that does not exist",
    consequence: "",
    nextAction: "Look for an update",
    action: { kind: "wait" },
    owner: "vendor",
    retrySafe: true,
    loginBlocking: false,
    since: "2026-11-21T13:41:00.000Z",
    evidence: [],
    suppressed: [],
    ...other,
  } as Blocker;
}

/** A console of 80×24 that shows this document. */
export function sampleModel(other: Partial<Model> = {}): Model {
  const fresh = newModel({ charset: "utf-8", columns: 80, rows: 24, ownLine: "tty1" });
  return { ...fresh, document: sampleDocument(), ...other };
}

/** Setup that waits for somebody, with two findings. */
export function blockedSetup(): ConsoleDocument["setup"] {
  const result = (id: string, title: string, overridable: boolean) => ({
    id,
    title,
    status: "fail" as const,
    vantage: "agent" as const,
    overridable,
    durationMs: 3,
    expected: "16 GiB or more",
    found: "7.7 GiB",
    remediation: "Give the machine more memory",
  });
  return {
    state: { status: "blocked", since: "2026-11-21T14:00:00.000Z" },
    steps: [],
    answers: [],
    acknowledgements: [],
    preflight: {
      startedAt: "2026-11-21T14:00:00.000Z",
      finishedAt: "2026-11-21T14:00:01.000Z",
      results: [result("hw.memory", "Memory", true), result("hw.cpu", "Processor", true)],
    },
    log: [],
  };
}
