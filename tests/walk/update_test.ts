import assert from "node:assert/strict";
import { HELM_RELEASES } from "../../agent/product/helm_releases.ts";
import type { ImagesThere } from "../../agent/update/images/prepare_service.ts";
import type { UpdateView } from "../../agent/update/update_service.ts";
import { KINDS } from "../../k8s/mod.ts";
import { PATHS } from "../../agent/state/paths.ts";
import { agentCommand, type AgentProcess, sampleInputs } from "../simulator/agent_process.ts";
import type { World } from "../simulator/world.ts";
import { mortalCommand } from "../mortal_command.ts";
import { until } from "../until.ts";
import { agentProgram, fetchSetup, fetchStatus, startCompiled, withAppliance } from "./walk.ts";

async function setUp(agent: AgentProcess, world: World): Promise<void> {
  await agent.request("POST", "/api/v1/setup", sampleInputs(world));
  await until("setup ends", () => fetchSetup(agent), (it) => {
    assert.notEqual(it.state.status, "blocked", JSON.stringify(it.preflight));
    return it.state.status === "done";
  }, 120);
  await until("everything runs", () => fetchStatus(agent), (it) => it.rollup.state === "fully_healthy", 120);
}

async function updates(agent: AgentProcess): Promise<UpdateView> {
  return (await agent.request("GET", "/api/v1/updates")).body as UpdateView;
}

async function ask(agent: AgentProcess, action: string, body: object = {}) {
  return await agent.request("POST", `/api/v1/updates/${action}`, body);
}

/** Waits for the end; what the checks find on this machine is accepted, where it may be. */
async function ended(agent: AgentProcess): Promise<UpdateView> {
  let hasAccepted = false;
  return await until(
    "the update ends",
    async () => {
      const view = await updates(agent);
      const { state, conditions } = view.operation;
      if (state.status === "blocked" && !hasAccepted) {
        hasAccepted = true;
        const reply = await ask(agent, "acknowledge", { checkIds: conditions.map((it) => it.id) });
        assert.equal(reply.status, 202, JSON.stringify([reply.body, conditions]));
      }
      return view;
    },
    ({ operation: { state } }) => !["running", "blocked"].includes(state.status),
    180,
  );
}

/** Waits until the check is over; what it finds is accepted. */
async function begun(agent: AgentProcess): Promise<void> {
  const { operation: { state, conditions } } = await until("the check ends", () => updates(agent), (it) => {
    const { state } = it.operation;
    return state.status !== "running" || state.stepId !== "check";
  }, 60);
  if (state.status === "blocked") {
    await ask(agent, "acknowledge", { checkIds: conditions.map((it) => it.id) });
  }
}

async function heldReleases(world: World): Promise<string[]> {
  const kube = world.client();
  try {
    const { items } = await kube.list(KINDS.HelmRelease, { namespace: "alga-system" });
    return items.filter((it) => it.spec?.suspend === true).map((it) => it.metadata.name);
  } finally {
    kube.close();
  }
}

Deno.test("set up, then a new release on the channel: it is seen, planned, checked and applied, and the status says so", async () => {
  await withAppliance("healthy", async (agent, world) => {
    await setUp(agent, world);
    assert.equal(((await ask(agent, "look")).body as UpdateView).news.answer, "up-to-date");
    const none = await ask(agent, "apply");
    assert.deepEqual([none.status, (none.body as { reason: string }).reason], [409, "no-update"]);
    await world.publish("1.5.0");
    const { news } = (await ask(agent, "look")).body as UpdateView;
    assert.deepEqual([news.answer, news.target?.version], ["update-available", "1.5.0"]);
    const { steps } = (await ask(agent, "plan")).body as { steps: { changes?: { object: string }[] }[] };
    const objects = steps.flatMap((it) => it.changes ?? []).map((it) => it.object);
    assert.ok(objects.includes("HelmRelease alga-system/alga-core"), objects.join());
    assert.equal((await ask(agent, "apply", { checksOnly: true })).status, 202);
    assert.equal((await ended(agent)).operation.state.status, "checked");
    assert.equal((await fetchStatus(agent)).release.selectedReleaseVersion, "1.4.0");
    assert.equal((await ask(agent, "apply", { expected: news.target?.manifestDigest })).status, 202);
    const { operation, history, installed } = await ended(agent);
    assert.equal(operation.state.status, "done", JSON.stringify(operation));
    assert.equal(installed?.version, "1.5.0");
    assert.deepEqual(history.slice(0, 2).map((it) => it.result), ["done", "checked"]);
    assert.deepEqual(await heldReleases(world), []);
    const status = await until(
      "everything runs",
      () => fetchStatus(agent),
      (it) => it.rollup.state === "fully_healthy",
      120,
    );
    assert.deepEqual([status.release.selectedReleaseVersion, status.release.appVersion], ["1.5.0", "1.5.0"]);

    await world.publish("1.6.0", ["1.5.0"]);
    await world.publish("1.7.0", ["1.6.0"]);
    await ask(agent, "look");
    await fetchImages(agent, world);
    const { way } = (await ask(agent, "look")).body as UpdateView;
    assert.deepEqual(way?.map((it) => it.version), ["1.6.0", "1.7.0"]);
    const [program, args] = agentCommand(await agentProgram());
    const accepted = operation.accepted.flatMap((it) => ["--acknowledge", it.checkId]);
    const { code, stdout, stderr } = await mortalCommand(
      program,
      [...args, "update", "apply", ...accepted, "--root", world.root],
      { stdout: "piped", stderr: "piped" },
    ).output();
    const text = new TextDecoder();
    assert.deepEqual([code, text.decode(stdout)], [0, "Updated.\n"], text.decode(stderr));
    const walked = await updates(agent);
    assert.deepEqual(walked.history.slice(0, 2).map((it) => `${it.to} ${it.result}`), [
      "1.7.0 done",
      "1.6.0 done",
    ]);
    assert.equal(walked.installed?.version, "1.7.0");
  });
});

/** The images of both releases of the way are fetched by a command; the plan then counts them. */
async function fetchImages(agent: AgentProcess, world: World): Promise<void> {
  const images = async () => ((await ask(agent, "plan")).body as { images: ImagesThere }).images;
  const { there, total, missing } = await images();
  assert.deepEqual(missing, [
    "ghcr.io/nine-minds/alga-psa-ee:core-1.6.0",
    "ghcr.io/nine-minds/alga-psa-ee:core-1.7.0",
  ], `${there} of ${total}`);
  const [program, args] = agentCommand(await agentProgram());
  assert.equal((await ask(agent, "prepare/start")).status, 202);
  const isChecked = ({ prepare: { state } }: UpdateView) =>
    state.status !== "running" || state.stepId !== "check";
  const { prepare: { state, conditions } } = await until(
    "it is checked",
    () => updates(agent),
    isChecked,
    60,
  );
  if (state.status === "blocked") {
    await ask(agent, "prepare/acknowledge", { checkIds: conditions.map((it) => it.id) });
  }
  await until("the images are there", () => updates(agent), (it) => it.prepare.state.status === "done", 60);
  assert.deepEqual((await images()).missing, []);
  const shown = await mortalCommand(program, [...args, "update", "prepare", "show", "--root", world.root], {
    stdout: "piped",
  }).output();
  assert.match(new TextDecoder().decode(shown.stdout), /^The images of 1\.7\.0 were fetched at /);
}

/** Steps amid which the agent is killed. */
const KILLED_AT = ["hold", "source", "charts", "let-go"];

Deno.test("killed amid an update, the next start lets go what was held, says so, and goes on when asked", async () => {
  await withAppliance("healthy", async (first, world) => {
    await setUp(first, world);
    let agent = first;
    try {
      for (const [i, stepId] of KILLED_AT.entries()) {
        const version = `1.${5 + i}.0`;
        await world.publish(version);
        const before = (await Deno.readTextFile(world.root + PATHS.journal)).length;
        assert.equal((await ask(agent, "apply")).status, 202);
        await begun(agent);
        await until(
          `${stepId} begins`,
          async () => (await Deno.readTextFile(world.root + PATHS.journal)).slice(before),
          (it) => it.includes(`"stepId":"${stepId}"`),
          60,
        );
        await agent.kill("SIGKILL");
        agent = await startCompiled(world);
        const ready = () => agent.request("GET", "/readyz");
        await until("what was interrupted is taken up", ready, (it) => it.status === 200, 60);
        assert.deepEqual(await heldReleases(world), [], stepId);
        const { operation } = await updates(agent);
        if (operation.state.status === "failed") {
          assert.equal(operation.state.failure.code, "INTERRUPTED");
          assert.equal((await ask(agent, "retry")).status, 202);
        }
        const end = await ended(agent);
        assert.equal(end.operation.state.status, "done", `${stepId}: ${JSON.stringify(end.operation.state)}`);
        assert.equal(end.installed?.version, version);
        const kube = world.client();
        const { items } = await kube.list(KINDS.HelmRelease, { namespace: "alga-system" });
        kube.close();
        assert.deepEqual(
          [...new Set(items.map((it) => it.status?.lastAttemptedRevision))],
          [`0.0.0-appliance.${version}`],
        );
        assert.equal(items.length, HELM_RELEASES.length);
      }
    } finally {
      if (agent !== first) await agent.kill("SIGKILL");
    }
  });
});
