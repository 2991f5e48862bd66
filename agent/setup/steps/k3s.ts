import { AgentError, errorText } from "../../error.ts";
import { writeK3sConfig } from "../../../k8s/k3s/config.ts";
import {
  k3sJournalTail,
  placeAirgapImages,
  placeK3sFile,
  runK3sInstaller,
  systemctl,
} from "../../../k8s/k3s/install.ts";
import { type K3sFile, k3sFiles } from "../../../k8s/k3s/sources.ts";
import { readK3sPin } from "../../../k8s/k3s/pin.ts";
import { KINDS } from "../../../k8s/mod.ts";
import { fetchFile } from "../../net/fetch_file.ts";
import { mbText } from "../../text/byte_size.ts";
import { MODE, PATHS } from "../../state/paths.ts";
import { networkOf } from "../../net/settings.ts";
import { waitFor } from "../../operation/wait_for.ts";
import { STARTED_WITH, startedWith, wantedK3sConfig } from "../k3s_config.ts";
import type { Step, StepContext } from "../step.ts";

const API_TIMEOUT_SEC = 180;
const NODE_TIMEOUT_SEC = 180;
const UNIT = "/etc/systemd/system/k3s.service";

/** Installs k3s and waits until its API answers and the node takes work. */
export const k3sStep: Step = {
  id: "k3s",
  title: "Install Kubernetes",
  failure: {
    category: "k3s",
    cannot: "Kubernetes could not be installed",
    nextAction:
      "Look for the first error in the log of k3s (sudo journalctl -u k3s -n 50 -r), then try again",
  },
  installState: { status: "k3s-install", phase: "k3s" },
  async look(context) {
    const { host } = context;
    const pin = await readK3sPin(host);
    const files = await wantedK3sConfig(context);
    for (const file of files) if (await host.readText(file.path) !== file.text) return false;
    if (await host.sha256(PATHS.k3sBinary) !== pin.binarySha256 || await host.info(UNIT) === undefined) {
      return false;
    }
    if (await host.readText(STARTED_WITH) !== startedWith(pin, files)) return false;
    return await nodeState(context).catch(() => false) === true;
  },
  async act(context) {
    const { host, say, signal, inputs, downloadUrl } = context;
    const pin = await readK3sPin(host);
    const files = await wantedK3sConfig(context);
    await writeK3sConfig(host, files);
    const download = (file: K3sFile) =>
      fetchFile(host, networkOf(inputs), file, { signal, onBytes: sayProgress(say, file.what) });
    for (const file of k3sFiles(pin, downloadUrl)) await placeK3sFile(host, file, { say, download });
    await placeAirgapImages(host, pin, { say });
    if (
      await host.info(UNIT) === undefined || await host.readText(STARTED_WITH) !== startedWith(pin, files)
    ) {
      await runK3sInstaller(host, { pin, say, signal });
      await systemctl(host, "daemon-reload");
      await systemctl(host, "enable", "k3s");
      // Config files are read at start only, and the unit may run already.
      await systemctl(host, "restart", "--no-block", "k3s");
      await host.writeFile(STARTED_WITH, startedWith(pin, files), { mode: MODE.secretFile });
    } else {
      await systemctl(host, "start", "--no-block", "k3s");
    }
    try {
      say("Waiting for the Kubernetes API");
      await waitFor(context, () => apiState(context), {
        what: "the Kubernetes API",
        timeoutSec: API_TIMEOUT_SEC,
      });
      say("Waiting for the node");
      await waitFor(context, () => nodeState(context), {
        what: "the node",
        timeoutSec: NODE_TIMEOUT_SEC,
        onWaiting: say,
      });
    } catch (cause) {
      signal.throwIfAborted();
      const tail = await k3sJournalTail(host);
      throw new AgentError("K3S_FAILED", `Kubernetes did not start: ${errorText(cause)}`, {
        hint: "Look for the first error in the log of k3s (sudo journalctl -u k3s -n 50 -r)",
        cause: new Error(tail === "" ? errorText(cause) : tail),
      });
    }
  },
};

/** Every 10 MB: "Downloaded 20 of 73 MB of k3s v1.36.5+k3s1". */
function sayProgress(say: StepContext["say"], what: string): (bytes: number, totalBytes?: number) => void {
  let saidBytes = 0;
  return (bytes, totalBytes) => {
    if (bytes >= saidBytes && bytes < saidBytes + 10e6) return;
    saidBytes = bytes;
    say(`Downloaded ${mbText(bytes, totalBytes)} of ${what}`);
  };
}

/** True when the API answers, else what it waits for. */
export async function apiState({ connectKube }: Pick<StepContext, "connectKube">): Promise<true | string> {
  const kube = await connectKube();
  if (!kube) return "k3s has not written its kubeconfig yet";
  return await kube.isReady({ timeoutMs: 3_000 }).catch(() => false) ? true : "it does not answer yet";
}

/** True when every node is Ready and takes pods. */
export async function nodeState({ connectKube }: Pick<StepContext, "connectKube">): Promise<true | string> {
  const kube = await connectKube();
  if (!kube) return "there is no kubeconfig";
  const { items } = await kube.list(KINDS.Node).catch((error) => {
    throw new Error(errorText(error));
  });
  if (items.length === 0) return "no node has registered yet";
  for (const node of items) {
    const ready =
      (node.status?.conditions as { type: string; status: string; message?: string }[] | undefined)?.find((
        it,
      ) => it.type === "Ready");
    if (ready?.status !== "True") {
      return `node ${node.metadata.name} is not ready${ready?.message ? `: ${ready.message}` : ""}`;
    }
    if (node.spec?.unschedulable) return `node ${node.metadata.name} takes no pods`;
  }
  return true;
}
