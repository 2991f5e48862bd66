import assert from "node:assert/strict";
import { HELM_RELEASES } from "../../agent/product/helm_releases.ts";
import type { ImagesThere } from "../../agent/update/images/prepare_service.ts";
import type { StatusDocument } from "../../agent/status/document.ts";
import type { UpdateView } from "../../agent/update/update_service.ts";
import { PATHS } from "../../agent/state/paths.ts";
import { conditionOf, KINDS, type KubeClient } from "../../k8s/mod.ts";
import { until } from "../until.ts";
import { type Appliance, startAppliance } from "./appliance.ts";
import { nodeRequirements } from "./node/node_requirements.ts";
import { isHealthy, untilStatus } from "./run_fault.ts";

/** In these both sample releases are the same, so Helm has nothing to do. */
const SAME: readonly string[] = ["pgbouncer", "temporal"];
/** Kills of one update, each at a line of the journal that was not met before. */
const KILLS = 12;

const requirements = await nodeRequirements();
Deno.test({
  name: requirements.ok
    ? "an update on a real node: real charts, one upgrade of each release, killed amid it, nobody is left held"
    : `an update on a real node (skipped: ${requirements.reason})`,
  ignore: !requirements.ok,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const appliance = await startAppliance();
    const kube = appliance.node.client();
    try {
      await appliance.setUp();
      await untilStatus(appliance, "everything is healthy", isHealthy, 240);
      await t.step(
        "an update ends with every release in the new version, by one upgrade of each that changed",
        async () => {
          await appliance.publish({ version: "1.5.0" });
          assert.equal((await ask(appliance, "apply")).status, 202);
          const { operation, installed } = await ended(appliance);
          assert.equal(operation.state.status, "done", JSON.stringify(operation));
          assert.equal(installed?.version, "1.5.0");
          await untilStatus(appliance, "everything is healthy", isHealthy, 240);
          const wanted = HELM_RELEASES.map((it) => `${it} ${SAME.includes(it) ? 1 : 2} deployed`);
          assert.deepEqual(await upgrades(kube), wanted.toSorted());
        },
      );
      await t.step(
        "images are fetched by the kubelet before the update, with their bytes, and stay where they are",
        async () => {
          await appliance.publish({ version: "1.6.0" });
          const before = await untouched(kube);
          await fetchImages(appliance);
          assert.deepEqual((await imagesThere(appliance)).missing, []);
          assert.deepEqual(await untouched(kube), before);
          const { items } = await kube.list(KINDS.Pod, { namespace: "alga-system" });
          const ended = items.filter((it) => it.metadata.name.startsWith("alga-image-"));
          assert.deepEqual(
            ended.map((it) => it.status?.containerStatuses?.[0]?.state?.terminated?.reason),
            ended.map(() => "Completed"),
          );
          assert.equal(ended.length, 4);
        },
      );
      await t.step(
        `killed ${KILLS} times amid one update, each start lets the releases go, and retry goes on`,
        async () => {
          const from = (await journalOf(appliance)).length;
          assert.equal((await ask(appliance, "apply")).status, 202);
          await accept(appliance);
          const met = new Set<string>();
          while (met.size < KILLS) {
            const name = await newLine(appliance, from, met);
            await appliance.loseMemory([]);
            met.add(name);
            const ready = () => appliance.agent.request("GET", "/readyz");
            await until("what was interrupted is taken up", ready, (it) => it.status === 200, 60);
            assert.deepEqual(await held(kube), [], `killed at ${name}`);
            const { operation: { state }, history } = await updates(appliance);
            const code = state.status === "failed" && state.failure.code;
            assert.equal(code, "INTERRUPTED", `killed at ${name}: ${JSON.stringify(state)}`);
            assert.equal(history[0]?.result, "failed", name);
            assert.equal((await ask(appliance, "retry")).status, 202);
          }
          const { operation, history } = await ended(appliance);
          assert.equal(operation.state.status, "done", JSON.stringify(operation));
          assert.deepEqual([await held(kube), operation.owed], [[], []]);
          assert.deepEqual(history.map((it) => `${it.from} ${it.to} ${it.result}`), [
            "1.5.0 1.6.0 done",
            "1.4.0 1.5.0 done",
          ]);
          await untilStatus(appliance, "everything is healthy", isHealthy, 240);
          const status = await appliance.status();
          assert.equal(status.release.appVersion, "1.6.0");
          assert.deepEqual(await ready(kube), HELM_RELEASES.toSorted());
          assert.deepEqual(
            await pulledFor(kube, "1.6.0"),
            [],
            "what was fetched before is not fetched again",
          );
          await until("the pods that kept images are gone", () => imagePods(kube), (it) => it.length === 0);
        },
      );
      await t.step(
        "one action brings back a part that is paused, and one whose settings are gone",
        async () => {
          const email = { resource: KINDS.HelmRelease, namespace: "alga-system", name: "email-service" };
          const values = { ...email, resource: KINDS.ConfigMap, name: "appliance-values-email-service" };
          await kube.patch(email, { spec: { suspend: true } });
          assert.deepEqual(await bringBack(appliance, "flux.suspended"), ["let-go"]);
          assert.deepEqual(await held(kube), []);
          const before = (await kube.get(values))?.data;
          await kube.delete(values);
          const annotations = { "reconcile.fluxcd.io/requestedAt": new Date().toISOString() };
          await kube.patch(email, { metadata: { annotations } });
          assert.deepEqual(await bringBack(appliance, "flux.values"), ["values", "asked"]);
          assert.deepEqual((await kube.get(values))?.data, before);
          const { status, body } = await ask(appliance, "retry-part", { part: "email-service" });
          assert.deepEqual([status, (body as { reason: string }).reason], [409, "part-is-well"]);
        },
      );
    } catch (error) {
      console.error(appliance.agent.output());
      throw error;
    } finally {
      kube.close();
      await appliance.stop();
    }
  },
});

/** Presses the button of a cause's card, and sees everything healthy again; gives what was done. */
async function bringBack(appliance: Appliance, id: string): Promise<unknown> {
  const isTold = ({ topBlockers }: StatusDocument) =>
    topBlockers.some((it) => it.id === id && it.release === "email-service");
  await untilStatus(appliance, `${id} is told`, isTold, 180);
  const { status, body } = await ask(appliance, "retry-part", { part: "email-service" });
  assert.equal(status, 202, JSON.stringify(body));
  await untilStatus(appliance, `${id} is over`, isHealthy, 240);
  return (body as { did: unknown }).did;
}

/** Fetches the images of the newest release; what the check finds on this machine is accepted. */
async function fetchImages(appliance: Appliance): Promise<void> {
  assert.equal((await ask(appliance, "prepare/start")).status, 202);
  const isChecked = ({ prepare: { state } }: UpdateView) =>
    state.status !== "running" || state.stepId !== "check";
  const { prepare: { state, conditions } } = await until(
    "it is checked",
    () => updates(appliance),
    isChecked,
  );
  if (state.status === "blocked") {
    const checkIds = conditions.map((it) => it.id);
    const reply = await ask(appliance, "prepare/acknowledge", { checkIds });
    assert.equal(reply.status, 202, JSON.stringify(conditions));
  }
  const { prepare: { steps } } = await until("the images are there", () => updates(appliance), (it) => {
    assert.notEqual(it.prepare.state.status, "failed", JSON.stringify(it.prepare));
    return it.prepare.state.status === "done";
  }, 240);
  assert.equal(steps.at(-1)?.status, "done");
}

async function imagesThere(appliance: Appliance): Promise<ImagesThere> {
  return ((await ask(appliance, "plan")).body as { images: ImagesThere }).images;
}

async function imagePods(kube: KubeClient): Promise<string[]> {
  const { items } = await kube.list(KINDS.Pod, { namespace: "alga-system" });
  return items.map((it) => it.metadata.name).filter((it) => it.startsWith("alga-image-"));
}

/** Pods of the application for which an image of this version was downloaded. */
async function pulledFor(kube: KubeClient, version: string): Promise<string[]> {
  const { items } = await kube.list(KINDS.Event, { namespace: "msp" });
  return items.filter((it) => it.reason === "Pulling" && String(it.message).includes(`:${version}"`))
    .map((it) => `${it.involvedObject?.name}: ${it.message}`);
}

/** What runs, and since when: each pod of the application with its restarts. */
async function untouched(kube: KubeClient): Promise<string[]> {
  const { items } = await kube.list(KINDS.Pod, { namespace: "msp" });
  return items.map((it) => `${it.metadata.uid} ${it.status?.containerStatuses?.[0]?.restartCount}`)
    .toSorted();
}

async function ask({ agent }: Appliance, action: string, body: object = {}) {
  return await agent.request("POST", `/api/v1/updates/${action}`, body);
}

async function updates({ agent }: Appliance): Promise<UpdateView> {
  return (await agent.request("GET", "/api/v1/updates")).body as UpdateView;
}

/** Waits until the check is over; what it finds on this machine is accepted. */
async function accept(appliance: Appliance): Promise<void> {
  const { operation: { state, conditions } } = await until(
    "the check ends",
    () => updates(appliance),
    (it) => {
      const { state } = it.operation;
      return state.status !== "running" || state.stepId !== "check";
    },
    60,
  );
  if (state.status !== "blocked") return;
  const reply = await ask(appliance, "acknowledge", { checkIds: conditions.map((it) => it.id) });
  assert.equal(reply.status, 202, JSON.stringify(conditions));
}

async function ended(appliance: Appliance): Promise<UpdateView> {
  await accept(appliance);
  const isOver = ({ operation: { state } }: UpdateView) => !["running", "blocked"].includes(state.status);
  return await until("the update ends", () => updates(appliance), isOver, 600);
}

async function journalOf({ node }: Appliance): Promise<string> {
  return await Deno.readTextFile(`${node.root}${PATHS.journal}`);
}

/**
 * Waits for a line of the journal, from the suspension on, that was not met before: "step.started/values". The update is not over
 * by then.
 */
async function newLine(appliance: Appliance, from: number, met: ReadonlySet<string>): Promise<string> {
  const endMs = Date.now() + 120_000;
  while (Date.now() < endMs) {
    const whole = (await journalOf(appliance)).slice(from).split("\n").slice(0, -1);
    const names = whole.map((line) => {
      const { type, data } = JSON.parse(line);
      return data.stepId === undefined ? type : `${type.replace("update.", "")}/${data.stepId}`;
    });
    const first = names.indexOf("step.started/hold");
    const isCue = (it: string) => /^step\.(started|succeeded)\/|^update\.owed$/.test(it) && !met.has(it);
    const found = first < 0 ? undefined : names.slice(first).find(isCue);
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error(`Nothing new in the journal after ${[...met].join(", ")}`);
}

async function ready(kube: KubeClient): Promise<string[]> {
  const { items } = await kube.list(KINDS.HelmRelease, { namespace: "alga-system" });
  return items.filter((it) => conditionOf(it, "Ready")?.status === "True").map((it) => it.metadata.name)
    .toSorted();
}

async function held(kube: KubeClient): Promise<string[]> {
  const { items } = await kube.list(KINDS.HelmRelease, { namespace: "alga-system" });
  return items.filter((it) => it.spec?.suspend === true).map((it) => it.metadata.name);
}

/** "alga-core 2 deployed": Helm's own count of what it has made of each release. */
async function upgrades(kube: KubeClient): Promise<string[]> {
  const { items } = await kube.list(KINDS.HelmRelease, { namespace: "alga-system" });
  return items.map((it) => {
    const [newest] = it.status?.history ?? [];
    return `${it.metadata.name} ${newest?.version} ${newest?.status}`;
  }).toSorted();
}
