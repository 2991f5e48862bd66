import assert from "node:assert/strict";
import { systemClock } from "../../../agent/clock.ts";
import { emptySnapshot } from "../../../agent/facts/snapshot.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { createWorkloadsService } from "../../../agent/workloads/mod.ts";
import { KINDS, type KubeClient, type KubeObject } from "../../../k8s/mod.ts";
import { LOCAL_PATH, localPathObjects } from "../../../k8s/storage/local_path_manifests.ts";
import { breakDatabase, DATABASE_FAULTS, journalCauses } from "./database_faults.ts";
import { hideImage, removeSecret, scaleToZero, stopPart } from "./faults.ts";
import { busyboxImage, standinImage } from "./node_images.ts";
import { CLUSTER_DNS, DATABASE_FOLDER, NODE_NAME } from "./node_programs.ts";
import { nodeRequirements } from "./node_requirements.ts";
import { type RealNode, REGISTRY_HOST, startNode } from "./real_node.ts";
import { until } from "../../until.ts";

const requirements = await nodeRequirements();
const NAMESPACE = "node-test";

function test(name: string, fn: (t: Deno.TestContext) => Promise<void>): void {
  Deno.test({
    name: requirements.ok ? name : `${name} (skipped: ${requirements.reason})`,
    ignore: !requirements.ok,
    sanitizeOps: false,
    sanitizeResources: false,
    fn,
  });
}

test("a real node runs pods from a registry, with logs, volumes and names", async (t) => {
  const node = await startNode({ kubernetes: "now" });
  const kube = node.client();
  try {
    await t.step("the node is Ready and looks like one of k3s", async () => {
      const found = await until(
        "the node is Ready",
        () => kube.get({ resource: KINDS.Node, name: NODE_NAME }),
        (it) => condition(it, "Ready") === "True",
        120,
      );
      assert.equal(found?.metadata.labels?.["node.kubernetes.io/instance-type"], "k3s");
      assert.match(found?.status?.nodeInfo?.kubeletVersion ?? "", /^v1\.36\./);
      assert.match(await Deno.readTextFile(`${node.root}/etc/rancher/k3s/k3s.yaml`), /127\.0\.0\.1:6443/);
      await ready(kube, "kube-system", "coredns");
    });

    await t.step("a pod from the registry runs, and its log is read through the API", async () => {
      await kube.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
      await node.push(await standinImage(`${REGISTRY_HOST}/test/standin:1`, ["3000=307=/msp/dashboard"]));
      await createPod(kube, "web", { image: `${REGISTRY_HOST}/test/standin:1`, hostNetwork: true });
      await until("it runs", () => pod(kube, "web"), (it) => condition(it, "Ready") === "True", 60);
      const log = await kube.logs({ namespace: NAMESPACE, name: "web" });
      assert.equal(await new Response(log).text(), "stand-in listens on 1 ports\n");
      const answer = await fetch(`http://${node.nodeAddress}:3000/`, { redirect: "manual" });
      await answer.body?.cancel();
      assert.equal(answer.headers.get("location"), "/msp/dashboard");
    });

    await t.step(
      "a claim is bound by the agent's own provisioner and written to the appliance's disk",
      async () => {
        for (const object of localPathObjects()) await kube.apply(object, { force: true });
        await ready(kube, LOCAL_PATH.namespace, LOCAL_PATH.deployment);
        const spec = {
          accessModes: ["ReadWriteOnce"],
          storageClassName: LOCAL_PATH.storageClass,
          resources: { requests: { storage: "1Mi" } },
        };
        await kube.create({
          apiVersion: "v1",
          kind: "PersistentVolumeClaim",
          metadata: { name: "data", namespace: NAMESPACE },
          spec,
        });
        await createPod(kube, "writer", {
          image: LOCAL_PATH.helperImage,
          command: ["sh", "-c", "echo written > /data/probe; sleep 3600"],
          claim: "data",
        });
        await until("it runs", () => pod(kube, "writer"), (it) => it?.status?.phase === "Running", 60);
        const ref = { resource: KINDS.PersistentVolumeClaim, namespace: NAMESPACE, name: "data" };
        const claim = await kube.get(ref);
        assert.equal(claim?.status?.phase, "Bound");
        const volume = `${claim?.spec?.volumeName}_${NAMESPACE}_data`;
        const path = `${node.root}/var/mnt/alga-data/local-path-provisioner/${volume}/probe`;
        await until("the file is written", () => Deno.readTextFile(path), (it) => it === "written\n", 20);
      },
    );

    await t.step(
      "the page of a pod tells where its volume lies, and what the kubelet measures of it",
      async () => {
        const now = new Date().toISOString();
        const snapshot = {
          ...emptySnapshot(),
          api: { ...emptySnapshot().api, state: "answering" as const, since: now },
        };
        const workloads = createWorkloadsService({
          snapshot: () => snapshot,
          clock: systemClock,
          connectKube: () => Promise.resolve(kube),
        });
        const page = await until(
          "the kubelet has measured it",
          () => workloads.pod(NAMESPACE, "writer"),
          (it) => (it?.row.memoryBytes ?? 0) > 0,
          90,
        );
        assert.deepEqual([page?.row.state, page?.lookProblem, page?.usageProblem], ["running", "", ""]);
        const [claim] = page?.volumes?.filter((it) => it.kind === "claim") ?? [];
        assert.match(claim?.hostPath ?? "", /local-path-provisioner\/pvc-[^/]+_node-test_data$/);
        assert.deepEqual([claim?.sizeBytes, claim?.phase], [1024 ** 2, "Bound"]);
        assert.ok(page?.events.some((it) => it.reason === "Started"), "its ordinary events too");
        assert.match(page?.row.images[0]?.digest ?? "", /^sha256:/);
      },
    );

    await t.step(
      "names of the cluster and of the site resolve through the cluster's own server",
      async () => {
        assert.equal(await resolveInside(node, "kubernetes.default.svc.cluster.local"), "10.43.0.1");
        assert.equal(await resolveInside(node, "registry.test"), node.namespace.hostAddress);
        const back = node.dns.answer("gone.test", "servfail");
        assert.match(await resolveInside(node, "gone.test"), /^failed/);
        back();
      },
    );

    await t.step("faults of the registry are seen by the kubelet and go away with their undo", async () => {
      const image = `${REGISTRY_HOST}/test/later:1`;
      await node.push(await busyboxImage(image));
      const back = hideImage(node, "test/later");
      await createPod(kube, "later", { image, command: ["sleep", "3600"] });
      const text = (it: KubeObject | undefined) => JSON.stringify(it?.status?.containerStatuses ?? []);
      await until("it is missed", () => pod(kube, "later"), (it) => text(it).includes("not found"), 60);
      await back();
      await until("it runs", () => pod(kube, "later"), (it) => it?.status?.phase === "Running", 60);

      const up = await node.registry.goDown();
      await createPod(kube, "refused", { image: `${REGISTRY_HOST}/test/refused:1` });
      await until(
        "it is refused",
        () => pod(kube, "refused"),
        (it) => text(it).includes("connection refused"),
        60,
      );
      up();
      const answer = await fetch(`http://${node.namespace.hostAddress}:5000/v2/`);
      await answer.body?.cancel();
      assert.equal(answer.status, 200);
    });

    await t.step("faults of the cluster go away with their undo", async () => {
      const scale = await scaleToZero(node, "kube-system", "coredns");
      await until("it is gone", () => coredns(kube), (it) => !it?.status?.availableReplicas, 60);
      await scale();
      await until("it is back", () => coredns(kube), (it) => it?.status?.availableReplicas === 1, 60);

      const data = { apiVersion: "v1", kind: "Secret", metadata: { name: "key", namespace: NAMESPACE } };
      await kube.create({ ...data, stringData: { a: "1" } });
      const ref = { resource: KINDS.Secret, namespace: NAMESPACE, name: "key" };
      const secret = await removeSecret(node, NAMESPACE, "key");
      assert.equal(await kube.get(ref), undefined);
      await secret();
      assert.equal((await kube.get(ref))?.data?.a, btoa("1"));

      const start = await stopPart(node, "kube-apiserver");
      await assert.rejects(kube.isReady({ timeoutMs: 2_000 }), { status: 0 });
      await start();
      assert.equal(condition(await pod(kube, "web"), "Ready"), "True", "pods live through it");
    });

    assert.deepEqual(node.k3s.lost, [], "no part ended by itself");

    await t.step(
      "Secrets lie encrypted in the database, as config.yaml asks; nothing else does",
      async () => {
        const found = async (word: string) =>
          (await node.namespace.run(["grep", "-rqaF", word, DATABASE_FOLDER])).code === 0;
        const metadata = { name: "in-the-database", namespace: NAMESPACE };
        await kube.create({
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata,
          data: { a: "seen-in-plain-words" },
        });
        await kube.create({
          apiVersion: "v1",
          kind: "Secret",
          metadata,
          stringData: { a: "never-seen-in-plain" },
        });
        assert.ok(await found("seen-in-plain-words"));
        assert.equal(await found(btoa("never-seen-in-plain")) || await found("never-seen-in-plain"), false);
      },
    );

    for (const fault of DATABASE_FAULTS) {
      await t.step(`the database: ${fault.name} is told as ${fault.cause} by k3s' own words`, async () => {
        const { startedMs, undo } = await breakDatabase(node, fault);
        try {
          await until(
            "the agent names it",
            () => journalCauses(node, startedMs),
            (it) => it.ids[0] === fault.cause,
            30,
          );
        } finally {
          await undo();
        }
        assert.ok(await pod(kube, "web"), "what Kubernetes knew is there again");
      });
    }

    await t.step(
      "k3s without a default route says so and ends; a key that is not obeyed is named",
      async () => {
        const { must, hostAddress } = node.namespace;
        const startedMs = Date.now();
        await must(["ip", "route", "del", "default"]);
        await assert.rejects(node.k3s.restart(), /no default routes found/);
        assert.equal((await journalCauses(node, startedMs)).ids[0], "node.no-default-route");
        await must(["ip", "route", "add", "default", "via", hostAddress]);
        await Deno.writeTextFile(`${node.root}${PATHS.k3sConfig}`, "made-up: 1\n", { append: true });
        await node.k3s.restart();
        const { lines } = await journalCauses(node, startedMs);
        assert.ok(lines.some((it) => it.includes("Unknown flag --made-up found in config.yaml, skipping")));
      },
    );
  } catch (error) {
    for (const part of node.k3s.running()) {
      console.error(`${part}:\n${(await node.k3s.log(part)).slice(-2000)}`);
    }
    throw error;
  } finally {
    kube.close();
    await node.stop();
  }
});

/** Asked from a program inside: the service address exists there only. */
async function resolveInside(node: RealNode, name: string): Promise<string> {
  const script = `${node.namespace.dir}/resolve.ts`;
  await Deno.writeTextFile(
    script,
    `const nameServer = { ipAddr: Deno.args[1], port: 53 };
console.log(await Deno.resolveDns(Deno.args[0], "A", { nameServer }).catch((error) => "failed: " + error.message));
`,
  );
  const argv = [Deno.execPath(), "run", "-A", "--quiet", "--no-check", "--no-config"] as const;
  const text = await node.namespace.must([...argv, script, name, CLUSTER_DNS], { env: { NO_COLOR: "1" } });
  return text.trim().replace(/^\[ "(.*)" \]$/, "$1");
}

async function createPod(
  kube: KubeClient,
  name: string,
  options: { image: string; command?: string[]; claim?: string; hostNetwork?: boolean },
): Promise<void> {
  const { image, command, claim, hostNetwork = false } = options;
  await until(
    "the namespace has its account",
    () => kube.list(KINDS.ServiceAccount, { namespace: NAMESPACE }),
    (it) => it.items.length > 0,
    30,
  );
  await kube.create({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: NAMESPACE },
    spec: {
      hostNetwork,
      terminationGracePeriodSeconds: 0,
      containers: [{
        name: "app",
        image,
        ...(command && { command }),
        ...(claim && { volumeMounts: [{ name: "data", mountPath: "/data" }] }),
      }],
      ...(claim && { volumes: [{ name: "data", persistentVolumeClaim: { claimName: claim } }] }),
    },
  });
}

function pod(kube: KubeClient, name: string): Promise<KubeObject | undefined> {
  return kube.get({ resource: KINDS.Pod, namespace: NAMESPACE, name });
}

function coredns(kube: KubeClient): Promise<KubeObject | undefined> {
  return kube.get({ resource: KINDS.Deployment, namespace: "kube-system", name: "coredns" });
}

async function ready(kube: KubeClient, namespace: string, name: string): Promise<void> {
  await until(
    `${name} is available`,
    () => kube.get({ resource: KINDS.Deployment, namespace, name }),
    (it) => it?.status?.availableReplicas === 1,
    120,
  );
}

function condition(object: KubeObject | undefined, type: string): string | undefined {
  return object?.status?.conditions?.find((it: { type: string }) => it.type === type)?.status;
}
