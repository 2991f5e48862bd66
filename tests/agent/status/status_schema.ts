import * as z from "zod";
import { ACTION_KINDS, REMEDY_IDS } from "../../../agent/causes/action.ts";
import { CAUSES } from "../../../agent/causes/cause.ts";
import { HELM_RELEASES } from "../../../agent/product/helm_releases.ts";
import type { Blocker } from "../../../agent/explain/blocker.ts";
import type { ActiveOperation, Rollup, StatusDocument } from "../../../agent/status/document.ts";

const Time = z.iso.datetime();
const Text = z.string().max(2_100);
const Short = z.string().max(300);
const Count = z.number().int().nonnegative();
const Tier = z.enum(["platform", "core", "bootstrap", "login", "background", "fullHealth"]);
const Health = z.enum(["healthy", "degraded", "unhealthy", "unknown"]);

const Action = z.strictObject({
  kind: z.enum(ACTION_KINDS),
  href: z.string().startsWith("/").max(40).optional(),
});

const TierStatus = z.strictObject({
  ready: z.boolean(),
  status: Health,
  message: Short.min(1),
  since: Time,
  proofs: z.array(z.strictObject({
    id: Short.min(1),
    title: Short.min(1),
    status: z.enum(["ready", "waiting", "failed", "unknown"]),
    reason: Text,
  })).max(40),
}).refine((it) => it.ready || it.status !== "healthy", "it is healthy and not ready");

/** What every face may rely on, with the bounds that keep a page a page. Strict: a field that nobody knows is a mistake. */
export const StatusSchema = z.strictObject({
  siteId: Short,
  timestamp: Time,
  agentVersion: Short,
  agent: z.strictObject({ ruleErrors: z.number().int().min(0) }),
  kubernetesVersion: Short.nullable(),
  release: z.strictObject({
    selectedReleaseVersion: Short.nullable(),
    appVersion: Short.nullable(),
    channel: Short.nullable(),
    selectedChannel: Short.nullable(),
    gitRevision: Short.nullable(),
  }),
  urls: z.strictObject({ statusUrl: Short, loginUrl: Short.nullable() }),
  certificate: z.strictObject({
    url: Short,
    fingerprint: z.string().regex(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
    origin: z.enum(["self-signed", "site"]),
    validTo: Time,
  }).nullable(),
  rollup: z.strictObject({
    state: z.enum([
      "installing",
      "ready_to_log_in",
      "ready_with_background_issues",
      "fully_healthy",
      "failed_action_required",
    ]),
    message: Text.min(1),
    nextAction: Text,
    action: Action,
    topBlockerId: z.enum(Object.keys(CAUSES)).nullable(),
    since: Time,
  }),
  tiers: z.strictObject({
    platform: TierStatus,
    core: TierStatus,
    bootstrap: TierStatus,
    login: TierStatus,
    background: TierStatus,
    fullHealth: TierStatus,
  }),
  blockersLeftOut: z.int().nonnegative(),
  topBlockers: z.array(z.strictObject({
    id: z.enum(Object.keys(CAUSES)),
    severity: z.enum(["critical", "background"]),
    component: Short,
    layer: Tier,
    title: Text.min(5),
    reason: Text.min(5),
    consequence: Text.min(5),
    nextAction: Text.min(5),
    action: Action,
    remedy: z.enum(REMEDY_IDS).optional(),
    release: z.enum(HELM_RELEASES).optional(),
    owner: z.enum(["you", "network-admin", "vendor", "nobody"]),
    retrySafe: z.boolean(),
    loginBlocking: z.boolean(),
    since: Time,
    mayPass: z.boolean(),
    words: z.record(z.string().max(30), z.string().regex(/^[A-Za-z0-9/][A-Za-z0-9/._:@+-]{0,199}$/))
      .optional(),
    evidence: z.array(
      z.strictObject({
        label: Short.min(1),
        text: Text,
        pod: z.strictObject({ namespace: Short, name: Short }).optional(),
      }),
    ).max(20),
    suppressed: z.array(z.enum(Object.keys(CAUSES))).max(100),
  })).max(20),
  activeOperations: z.array(z.strictObject({
    component: Short,
    operation: z.enum(["image-pull", "bootstrap", "flux", "setup"]),
    image: Short.optional(),
    estimatedSizeHuman: Short.optional(),
    state: z.enum(["running", "waiting"]),
    startedAt: Time,
    elapsedSeconds: Count,
    progressAvailable: z.boolean(),
    progressPercent: z.number().min(0).max(100).nullable(),
    message: Text.min(1),
  })).max(30),
  components: z.array(z.strictObject({
    name: Short.min(1),
    tier: Tier,
    namespace: Short,
    ready: z.boolean(),
    status: Health,
    message: Text,
  })).max(30),
  bootstrap: z.strictObject({
    job: z.strictObject({
      name: Short,
      state: z.enum(["absent", "running", "completed", "failed", "unknown"]),
      completed: z.boolean(),
      failed: z.boolean(),
    }),
    seed: z.strictObject({ usersCount: Count.nullable(), message: Short.min(1) }),
    logs: z.strictObject({
      available: z.boolean(),
      pod: Short.nullable(),
      container: Short,
      tail: z.array(z.string().max(400)).max(160),
      detectedErrors: z.array(z.string().max(400)).max(10),
    }),
  }),
  recentEvents: z.array(z.strictObject({
    namespace: Short,
    type: Short,
    reason: Short,
    message: Text,
    involvedObject: z.string().max(400),
    lastTimestamp: Time.or(z.literal("")),
  })).max(20),
  loginProbe: z.strictObject({
    checked: z.boolean(),
    reachable: z.boolean(),
    statusCode: z.number().int().nullable(),
    location: Text.nullable(),
  }),
  sources: z.array(z.strictObject({
    name: z.enum(["kubernetes", "registry", "application"]),
    state: z.enum(["answering", "not-answering", "not-yet", "unknown"]),
    lastContactAt: Time.nullable(),
    message: Text.min(1),
  })).length(3),
  recent: z.array(z.strictObject({
    at: Time,
    tone: z.enum(["good", "warn", "bad", "busy"]),
    text: Text.min(1),
  })).max(30),
}).refine(
  ({ rollup, topBlockers }) =>
    rollup.topBlockerId === null || topBlockers.some((it) => it.id === rollup.topBlockerId),
  "its headline is about a blocker that is not told",
).refine(
  ({ rollup, topBlockers }) =>
    rollup.state !== "failed_action_required" || rollup.topBlockerId === null ||
    topBlockers.find((it) => it.id === rollup.topBlockerId)?.title === rollup.message,
  "its headline is not the title of its blocker",
);

type Inferred = z.infer<typeof StatusSchema>;
type InForm = "activeOperations" | "topBlockers" | "rollup";
/** The schema and the type say the same; a difference does not compile. Optional fields differ in form only. */
export type SameAsDocument = [
  Omit<Inferred, InForm> extends Omit<StatusDocument, InForm> ? true : never,
  keyof StatusDocument extends keyof Inferred ? true : never,
  keyof Rollup extends keyof Inferred["rollup"] ? true : never,
  keyof Blocker extends keyof Inferred["topBlockers"][number] ? true : never,
  keyof ActiveOperation extends keyof Inferred["activeOperations"][number] ? true : never,
];
export const SAME_AS_DOCUMENT: SameAsDocument = [true, true, true, true, true];
