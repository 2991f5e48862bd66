import assert from "node:assert/strict";
import { parse } from "yaml";
import { kindOf } from "../../../k8s/client/kinds.ts";
import {
  LOCAL_PATH,
  localPathObjects,
  storageSmokeObjects,
} from "../../../k8s/storage/local_path_manifests.ts";

const objects = localPathObjects();
const one = (kind: string) => objects.find((it) => it.kind === kind) ?? assert.fail(`no ${kind}`);

Deno.test("localPathObjects() are the objects of the contract, each once, in the order of applying", () => {
  assert.deepEqual(objects.map((it) => `${it.kind} ${it.metadata.name}`), [
    "Namespace local-path-storage",
    "ServiceAccount local-path-provisioner-service-account",
    "Role local-path-provisioner-role",
    "ClusterRole alga-local-path-provisioner-role",
    "RoleBinding local-path-provisioner-bind",
    "ClusterRoleBinding alga-local-path-provisioner-bind",
    "ConfigMap local-path-config",
    "Deployment local-path-provisioner",
    "StorageClass local-path",
  ]);
  for (const it of objects) {
    assert.equal(it.metadata.namespace, kindOf(it).namespaced ? "local-path-storage" : undefined);
  }
  assert.deepEqual(localPathObjects(), objects);
});

Deno.test("The storage class keeps data, waits for its consumer, and is named by charts instead of being the default", () => {
  const { provisioner, reclaimPolicy, volumeBindingMode, metadata } = one("StorageClass");
  assert.deepEqual({ provisioner, reclaimPolicy, volumeBindingMode, annotations: metadata.annotations }, {
    provisioner: "rancher.io/local-path",
    reclaimPolicy: "Retain",
    volumeBindingMode: "WaitForFirstConsumer",
    annotations: undefined,
  });
});

Deno.test("The provisioner reads its folder, its scripts and its helper from files that say what they must", () => {
  const data = one("ConfigMap").data as Record<string, string>;
  assert.deepEqual(JSON.parse(data["config.json"] ?? ""), {
    nodePathMap: [{
      node: "DEFAULT_PATH_FOR_NON_LISTED_NODES",
      paths: ["/var/mnt/alga-data/local-path-provisioner"],
    }],
  });
  assert.match(data.setup ?? "", /^#!\/bin\/sh\nset -eu\nmkdir -m 0777 -p "\$VOL_DIR"\n$/);
  assert.match(data.teardown ?? "", /rm -rf "\$VOL_DIR"/);
  const helper = parse(data["helperPod.yaml"] ?? "");
  assert.equal(helper.spec.priorityClassName, "system-node-critical");
  assert.equal(helper.spec.containers[0].image, "busybox:1.36");
  assert.deepEqual(helper.spec.tolerations, [
    { key: "node.kubernetes.io/disk-pressure", operator: "Exists", effect: "NoSchedule" },
  ]);
});

Deno.test("The provisioner's Deployment mounts that ConfigMap, runs as that account, alone", () => {
  const { spec } = one("Deployment");
  const pod = spec.template.spec;
  assert.equal(pod.serviceAccountName, one("ServiceAccount").metadata.name);
  assert.equal(pod.volumes[0].configMap.name, one("ConfigMap").metadata.name);
  assert.deepEqual(spec.strategy, { type: "Recreate" });
  assert.deepEqual(spec.selector.matchLabels, spec.template.metadata.labels);
  assert.equal(pod.containers[0].image, "rancher/local-path-provisioner:v0.0.31");
  const env = pod.containers[0].env as { name: string }[];
  assert.deepEqual(env.map((it) => it.name), ["POD_NAMESPACE", "CONFIG_MOUNT_PATH"]);
});

Deno.test("The provisioner may make pods in its own namespace and volumes anywhere, and write nothing else", () => {
  const writes = (kind: string) =>
    (one(kind).rules as { resources: string[]; verbs: string[] }[])
      .filter((it) => it.verbs.includes("delete")).flatMap((it) => it.resources);
  assert.deepEqual(writes("Role"), ["pods"]);
  assert.deepEqual(writes("ClusterRole"), ["persistentvolumes"]);
});

Deno.test("storageSmokeObjects() write and read one text through a claim of that class, tried once", () => {
  const token = "ab'; rm -rf /; $(x)";
  const [namespace, claim, job] = storageSmokeObjects(token);
  assert.equal(namespace?.metadata.labels?.["pod-security.kubernetes.io/enforce"], "privileged");
  assert.deepEqual(claim?.spec, {
    accessModes: ["ReadWriteOnce"],
    storageClassName: LOCAL_PATH.storageClass,
    resources: { requests: { storage: "1Gi" } },
  });
  const pod = job?.spec.template.spec;
  assert.equal(job?.spec.backoffLimit, 0);
  assert.equal(pod.restartPolicy, "Never");
  assert.equal(pod.volumes[0].persistentVolumeClaim.claimName, claim?.metadata.name);
  const command = pod.containers[0].command as string[];
  assert.equal(command.at(-1), token);
  assert.ok(!command[2]?.includes(token), "the text is an argument, not part of the script");
});

Deno.test("The script of the storage test succeeds only when what it wrote comes back", async () => {
  const folder = await Deno.makeTempDir({ prefix: "alga-smoke-" });
  try {
    const command = storageSmokeObjects("a 'b' $(c)")[2]?.spec.template.spec.containers[0]
      .command as string[];
    const script = command[2]?.replaceAll("/data/", `${folder}/`) ?? "";
    const run = async (text: string) =>
      (await new Deno.Command("sh", { args: ["-c", text, "smoke", "a 'b' $(c)"], stderr: "null" }).output())
        .code;
    assert.equal(await run(script), 0);
    assert.equal(await Deno.readTextFile(`${folder}/probe`), "a 'b' $(c)");
    assert.notEqual(
      await run(script.replace("sync", `printf x > ${folder}/probe`)),
      0,
      "it reads another text",
    );
    assert.notEqual(await run(script.replaceAll(folder, "/nowhere")), 0, "it cannot write");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
