import { createAuditLog } from "../../agent/access/audit_log.ts";
import { createBundleService } from "../../agent/bundle/bundle_service.ts";
import type { CollectorTools } from "../../agent/bundle/collector.ts";
import { openAccess } from "../../agent/access/mod.ts";
import { readAudit } from "../../agent/access/read_audit.ts";
import { emptySnapshot, evaluate, NO_MEMORY, type StatusDocument } from "../../agent/status/mod.ts";
import type { SetupService, SetupView } from "../../agent/setup/mod.ts";
import { type AppDeps, createApp } from "../../routes/mod.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { FakeHost } from "../fakes/fake_host.ts";
import { logsStub } from "./logs_stub.ts";
import { stubDeps } from "./stub_deps.ts";

/** Where the app believes to be. */
export const HOST = "192.0.2.10:8080";

/** The app of the network on fakes, with one session. */
export async function startApp(
  choice: Pick<AppDeps, "encryption"> & Partial<Pick<AppDeps, "workloads" | "logs">> = {},
) {
  const clock = new FakeClock();
  const host = new FakeHost();
  const audit = createAuditLog({ host, clock, say: () => {} });
  const access = await openAccess({ host, clock, audit });
  let status: StatusDocument = evaluate(emptySnapshot(), clock.nowMs());
  const view: SetupView = {
    state: {
      status: "running",
      stepId: "k3s",
      startedAt: "2026-11-21T12:00:00.000Z",
      message: "<b>x</b>\u202e",
    },
    steps: [],
    answers: [],
    acknowledgements: [],
    log: [],
  };
  const submitted: unknown[] = [];
  const submitters: string[] = [];
  const locked = {
    ok: false,
    reason: "locked",
    operation: "setup",
    holder: "console tty1",
    since: "2026-11-21T12:00:00.000Z",
  } as const;
  let current = view;
  let onChange = () => {};
  const setup: SetupService = {
    view: () => current,
    subscribe(listener) {
      onChange = listener;
      return () => onChange = () => {};
    },
    defaults: () => Promise.resolve({}),
    given: () => undefined,
    secrets: () => ({ adminPassword: "", proxyUrl: "" }),
    draft: () => Promise.resolve(undefined),
    keepDraft: () => Promise.resolve(),
    submit(inputs, { by }) {
      submitted.push(inputs);
      submitters.push(by);
      return Promise.resolve({ ok: true });
    },
    install: () => Promise.resolve(locked),
    recheck: () => Promise.resolve(locked),
    acknowledge: () => Promise.resolve(locked),
    retry: () => Promise.resolve(locked),
    record: () => Promise.resolve(undefined),
    decideRecord: () => Promise.resolve(locked),
    resume: () => Promise.resolve(),
    stop: () => Promise.resolve(),
  };
  const wants = { collector: (_tools: CollectorTools): Promise<void> => Promise.resolve() };
  const bundles = await createBundleService({
    sources: {
      host,
      clock,
      connectKube: () => Promise.resolve(undefined),
      evidence: () => Promise.reject(new Error("none")),
      checks: { now: () => Promise.reject(new Error("none")), atSetup: () => Promise.resolve(undefined) },
    },
    say: () => {},
    collectors: [{ id: "one", title: "The one part", collect: (tools) => wants.collector(tools) }],
    recipients: () => Promise.resolve([]),
  });
  let subscriptions = 0;
  const said: string[] = [];
  const can = { beReady: true };
  const deps = await stubDeps({
    clock,
    access,
    setup,
    bundles,
    logs: logsStub({ host, clock }),
    audit: { record: audit.record, read: () => readAudit(host) },
    isReady: () => can.beReady,
    say: (level, text) => said.push(`${level}: ${text}`),
    status: {
      current: () => status,
      json: () => JSON.stringify(status),
      evidence: () => ({ at: status.timestamp, snapshot: emptySnapshot(), memory: NO_MEMORY }),
      subscribe: () => (subscriptions++, () => subscriptions--),
      stop: () => Promise.resolve(),
    },
    ...choice,
  });
  const app = createApp(deps);
  const fetch = (
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body?: string,
    remoteAddr = "192.0.2.7",
  ) =>
    app.fetch(
      new Request(`http://${HOST}${path}`, {
        method,
        headers: { host: HOST, ...headers },
        ...(body === undefined ? {} : { body }),
      }),
      { remoteAddr },
    );
  /** The same over TLS. */
  const fetchEncrypted = (
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body?: string,
  ) =>
    app.fetch(
      new Request(`https://${HOST}${path}`, {
        method,
        headers: { host: HOST, ...headers },
        ...(body === undefined ? {} : { body }),
      }),
      { remoteAddr: "192.0.2.7", isEncrypted: true },
    );
  const { id, session } = await access.startSession();
  const cookie = { cookie: `alga_appliance_session=${id}` };
  const form = { "content-type": "application/x-www-form-urlencoded" };
  return {
    app,
    deps,
    access,
    host,
    clock,
    setup,
    fetch,
    fetchEncrypted,
    cookie,
    form,
    session,
    submitted,
    submitters,
    bundles,
    wants,
    said,
    can,
    changed(message?: string) {
      if (message !== undefined) {
        current = { ...view, steps: [{ id: "k3s", title: "Install", status: "running", message }] };
      }
      onChange();
    },
    /** Has the status name these causes. */
    find(topBlockers: StatusDocument["topBlockers"]) {
      status = { ...status, topBlockers };
    },
    /** Brings setup into another state. */
    become(state: SetupView["state"]) {
      current = { ...current, state };
      onChange();
    },
    subscriptions: () => subscriptions,
  };
}

/** Reads a live page as it comes; `rest` ends when the page does. */
export function follow(response: Response): { text: () => string; rest: Promise<void> } {
  let text = "";
  const decoder = new TextDecoder();
  const rest = (async () => {
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk, { stream: true });
  })();
  return { text: () => text, rest };
}

/** Lets what is due without time run. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}
