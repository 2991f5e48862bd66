import type { OperationView } from "../../agent/operation/operation.ts";
import type { UpdateReply, UpdateService, UpdateView } from "../../agent/update/update_service.ts";
import type { ImagesThere } from "../../agent/update/images/prepare_service.ts";
import type { RulesChange } from "../../agent/update/rules.ts";
import type { RulesError } from "../../agent/update/rules_keeper.ts";
import type { RulesView } from "../../agent/update/rules_view.ts";
import { stubOperation } from "./settings_stub.ts";

export const STUB_DIGEST = `sha256:${"2".repeat(64)}`;

export const STUB_RULES: RulesView = {
  timeZone: "Europe/Berlin",
  next: { status: "off", text: "Nothing is installed by itself." },
  changes: [],
};

/** Updates in memory: what was asked of them is kept in `requests`. */
export interface UpdatesStub extends UpdateService {
  requests: {
    action: string;
    by: string;
    checkIds?: readonly string[];
    expected?: string;
    checksOnly?: boolean;
    allowDowngrade?: boolean;
    change?: RulesChange;
  }[];
  /** What is wrong with a change of rules. */
  errors: RulesError[];
  shown: UpdateView;
  answer: UpdateReply;
  resumed: Awaited<ReturnType<UpdateService["resume"]>>;
  images: ImagesThere;
  operate(operation: Partial<OperationView>): void;
}

export function updatesStub(): UpdatesStub {
  const act = (action: string) => (options: { by: string }) => {
    stub.requests.push({ action, ...options });
    return Promise.resolve(stub.answer);
  };
  const stub: UpdatesStub = {
    requests: [],
    errors: [],
    answer: { ok: true },
    resumed: { ok: true, released: [] },
    images: { there: 3, total: 4, missing: ["ghcr.io/nine-minds/alga-psa-ee:tag-1.5.0"] },
    shown: {
      installed: { version: "1.4.0", manifestDigest: `sha256:${"1".repeat(64)}`, channel: "stable" },
      news: {
        answer: "update-available",
        channel: "stable",
        answeredAt: "2026-11-21T11:55:00.000Z",
        askedAt: "2026-11-21T11:55:00.000Z",
        target: {
          version: "1.5.0",
          manifestDigest: STUB_DIGEST,
          notes: "Faster boards.\n<b>Not bold</b>",
          touches: ["alga-core", "email-service"],
          tookMinutes: { usual: 12, longest: 35 },
        },
      },
      rules: STUB_RULES,
      backup: {},
      operation: stubOperation({ name: "update", title: "Update" }),
      prepare: stubOperation({ name: "prepare", title: "Fetching images beforehand" }),
      history: [{
        at: "2026-11-02T21:04:00.000Z",
        by: "browser 192.0.2.7",
        from: "1.3.2",
        to: "1.4.0",
        channel: "stable",
        result: "done",
        finishedAt: "2026-11-02T21:13:00.000Z",
        steps: [],
        accepted: [{ checkId: "upd.held", by: "browser 192.0.2.7" }],
      }],
    },
    operate(operation) {
      stub.shown = {
        ...stub.shown,
        operation: stubOperation({ name: "update", title: "Update", ...operation }),
      };
    },
    view: () => stub.shown,
    known: () => undefined,
    look: () => (stub.requests.push({ action: "look", by: "" }), Promise.resolve(stub.shown)),
    follow: () => Promise.resolve(),
    subscribe: () => () => {},
    plan: () =>
      Promise.resolve([
        { id: "check", title: "Check the update", isDone: false, changes: undefined },
        {
          id: "values",
          title: "Write the new values",
          isDone: false,
          changes: [{
            object: "ConfigMap alga-system/appliance-values-alga-core",
            field: "server.image.tag",
            from: "tag-1.4.0",
            to: "tag-1.5.0",
          }],
        },
      ]),
    apply: act("apply"),
    prepare: act("prepare"),
    preparing: {
      accept: (checkIds, options) => act("prepare-accept")({ ...options, ...{ checkIds } }),
      recheck: act("prepare-recheck"),
      retry: act("prepare-retry"),
      cancel: act("prepare-cancel"),
    } as UpdateService["preparing"],
    sayBackupTaken({ note }, { by }) {
      stub.requests.push({ action: `backup ${note ?? ""}`, by });
      return Promise.resolve();
    },
    imagesThere: () => Promise.resolve(stub.images),
    recheck: act("recheck"),
    retry: act("retry"),
    cancel: act("cancel"),
    resume({ by }) {
      stub.requests.push({ action: "resume", by });
      return Promise.resolve(stub.resumed);
    },
    changeRules(change, { by }) {
      stub.requests.push({ action: "rules", by, change });
      return Promise.resolve(stub.errors);
    },
    accept(checkIds, options) {
      stub.requests.push({ action: "accept", by: options.by, checkIds });
      return Promise.resolve(stub.answer);
    },
  };
  return stub;
}
