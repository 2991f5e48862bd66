import { LOCAL_PATH } from "../../../../k8s/storage/local_path_manifests.ts";
import type { KubeObject } from "../../../../k8s/mod.ts";
import type { RealNode } from "../real_node.ts";
import { app, type RecordCase, shell } from "./record_case.ts";

const SILENT_CLASS = "record-silent";
const CLAIM = "alga-core-sebastian-storage";

/** Volumes that cannot be had or mounted. */
export function storageCases(): RecordCase[] {
  const secret = { secret: { secretName: "absent" } };
  const configMap = { configMap: { name: "absent" } };
  return [
    {
      name: "secret-volume-missing",
      expected: "stor.mount",
      objects: [app(withVolume(), { volumes: [{ name: "v", ...secret }] })],
    },
    {
      name: "configmap-volume-missing",
      expected: "stor.mount",
      objects: [app(withVolume(), { volumes: [{ name: "v", ...configMap }] })],
    },
    {
      name: "host-path-missing",
      expected: "stor.mount",
      objects: [
        app(withVolume(), {
          volumes: [{ name: "v", hostPath: { path: "/var/mnt/absent", type: "Directory" } }],
        }),
      ],
    },
    subPath("subpath-read-only", "missing", async (node, folder) => {
      await node.namespace.must(["mount", "--bind", folder, folder]);
      await node.namespace.must(["mount", "-o", "remount,bind,ro", folder]);
    }),
    subPath("subpath-dangling-link", "link", async (node, folder) => {
      await node.namespace.must(["ln", "-s", `${folder}/absent`, `${folder}/link`]);
    }),
    subPath("subpath-link-out", "link", async (node, folder) => {
      await node.namespace.must(["ln", "-s", "/etc", `${folder}/link`]);
    }),
    subPath("subpath-through-file", "file/below", async (node, folder) => {
      await node.namespace.must(["touch", `${folder}/file`]);
    }),
    { name: "claim-no-class", expected: "stor.pvc-pending", laterSec: 60, objects: claimed(undefined) },
    {
      name: "claim-unknown-class",
      expected: "stor.pvc-pending",
      laterSec: 60,
      objects: claimed("no-such-class"),
    },
    {
      name: "claim-provisioner-silent",
      expected: "stor.provisioner",
      laterSec: 180,
      objects: [
        {
          apiVersion: "storage.k8s.io/v1",
          kind: "StorageClass",
          metadata: { name: SILENT_CLASS },
          provisioner: "test.invalid/nobody",
          volumeBindingMode: "WaitForFirstConsumer",
        },
        ...claimed(SILENT_CLASS),
      ],
    },
    {
      name: "claim-helper-fails",
      expected: "stor.provisioner",
      watchSec: 200,
      laterSec: 60,
      objects: claimed(LOCAL_PATH.storageClass),
      async arrange(node) {
        // The folder in which volumes are made is a file.
        const path = "/var/mnt/alga-data/local-path-provisioner";
        await node.namespace.must(["mkdir", "-p", "/var/mnt/alga-data"]);
        await node.namespace.must(["touch", path]);
        return async () => void await node.namespace.must(["rm", "-f", path]);
      },
    },
  ];
}

function withVolume(subPath?: string) {
  const mount = { name: "v", mountPath: "/data", ...(subPath === undefined ? {} : { subPath }) };
  return shell("sleep 3600", { volumeMounts: [mount] });
}

function subPath(
  name: string,
  path: string,
  prepare: (node: RealNode, folder: string) => Promise<void>,
): RecordCase {
  const folder = `/var/mnt/record/${name}`;
  return {
    name,
    expected: "stor.subpath",
    objects: [app(withVolume(path), { volumes: [{ name: "v", hostPath: { path: folder } }] })],
    async arrange(node) {
      await node.namespace.must(["mkdir", "-p", folder]);
      await prepare(node, folder);
    },
  };
}

function claimed(storageClassName: string | undefined): KubeObject[] {
  return [
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: CLAIM },
      spec: {
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: "1Mi" } },
        ...(storageClassName === undefined ? {} : { storageClassName }),
      },
    },
    app(withVolume(), { volumes: [{ name: "v", persistentVolumeClaim: { claimName: CLAIM } }] }),
  ];
}
