import { KINDS, type KubeClient } from "../../k8s/mod.ts";
import { until } from "../until.ts";

const SCRIPTS: Record<string, string> = {
  talker: 'i=1; while :; do echo "line $i"; i=$((i+1)); sleep 0.2; done',
  crasher:
    'if [ -e /v/lived ]; then echo "second life"; sleep 3600; fi; touch /v/lived; echo "first life"; exit 1',
  waiting: "sleep 3600",
};

/** Starts a pod for each case of the contract of logs; resolves when each is as its name says and some lines are written. */
export async function startLogPods(kube: KubeClient): Promise<void> {
  for (const [name, script] of Object.entries(SCRIPTS)) {
    const tag = name === "waiting" ? "nowhere" : "1";
    await kube.create({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "default" },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [{
          name: "app",
          image: `ghcr.io/nine-minds/busybox:${tag}`,
          command: ["/bin/sh", "-c", script],
          volumeMounts: [{ name: "v", mountPath: "/v" }],
        }],
        volumes: [{ name: "v", emptyDir: {} }],
      },
    });
  }
  const stateOf = async (name: string) =>
    (await kube.get({ resource: KINDS.Pod, namespace: "default", name }))?.status?.containerStatuses?.[0];
  await until("the talker runs", () => stateOf("talker"), (it) => it?.state?.running !== undefined);
  await until(
    "the crasher lives again",
    () => stateOf("crasher"),
    (it) => it?.restartCount === 1 && it.state?.running !== undefined,
  );
  await until("the third waits", () => stateOf("waiting"), (it) => it?.state?.waiting !== undefined);
  await new Promise((resolve) => setTimeout(resolve, 2_000)); // some lines
}
