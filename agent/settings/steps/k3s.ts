import { AgentError, errorText } from "../../error.ts";
import type { Step } from "../../operation/step.ts";
import { STARTED_WITH, startedWith } from "../../setup/k3s_config.ts";
import { waitFor } from "../../operation/wait_for.ts";
import { apiState, nodeState } from "../../setup/steps/k3s.ts";
import { MODE, PATHS } from "../../state/paths.ts";
import { k3sJournalTail } from "../../../k8s/k3s/install.ts";
import { readK3sPin } from "../../../k8s/k3s/pin.ts";
import type { SettingsContext } from "../context.ts";
import { wantedAuthorities, wantedK3sFiles } from "../wanted_files.ts";

const RESTART_TIMEOUT_SEC = 300;
const NODE_TIMEOUT_SEC = 180;

/** Restarts k3s where something has changed that it reads at start only: proxy, authorities, registries. Pods live on. */
export const k3sRestartStep: Step<SettingsContext> = {
  id: "k3s",
  title: "Restart Kubernetes if it reads the change",
  usualDurationSec: 30,
  failure: {
    category: "k3s",
    cannot: "Kubernetes could not be restarted",
    nextAction:
      "Look for the first error in the log of k3s (sudo journalctl -u k3s -n 50 -r), then try again",
  },
  async look(context) {
    return await hasStartedWith(context) && await nodeState(context).catch(() => false) === true;
  },
  async act(context) {
    const { host, say, signal } = context;
    if (!await hasStartedWith(context)) {
      say("Restarting Kubernetes");
      await restart(context);
      await host.writeFile(STARTED_WITH, await wantedStart(context), { mode: MODE.secretFile });
    }
    try {
      say("Waiting for Kubernetes");
      await waitFor(context, () => apiState(context), {
        what: "the Kubernetes API",
        timeoutSec: RESTART_TIMEOUT_SEC,
      });
      await waitFor(context, () => nodeState(context), {
        what: "the node",
        timeoutSec: NODE_TIMEOUT_SEC,
        onWaiting: say,
      });
    } catch (cause) {
      signal.throwIfAborted();
      throw await k3sProblem(context, errorText(cause));
    }
  },
  async plan(context) {
    return await hasStartedWith(context)
      ? []
      : [{ object: "k3s", field: "", from: "running", to: "restarted" }];
  },
};

/** Ends when the new one has started: the old one must not pass for it. */
async function restart(context: SettingsContext): Promise<void> {
  const { code, stderr } = await context.host.run(["systemctl", "restart", "k3s"], {
    timeoutMs: RESTART_TIMEOUT_SEC * 1000,
    signal: context.signal,
  });
  if (code !== 0) throw await k3sProblem(context, stderr.trim());
}

async function k3sProblem({ host }: SettingsContext, why: string): Promise<AgentError> {
  const tail = await k3sJournalTail(host);
  return new AgentError("K3S_FAILED", `Kubernetes did not come back: ${why}`, {
    hint: "Look for the first error in the log of k3s (sudo journalctl -u k3s -n 50 -r)",
    cause: new Error(tail === "" ? why : tail),
  });
}

async function hasStartedWith(context: SettingsContext): Promise<boolean> {
  const found = await context.host.readText(STARTED_WITH);
  return found !== undefined && withoutResolvConf(found) === withoutResolvConf(await wantedStart(context));
}

async function wantedStart(context: SettingsContext): Promise<string> {
  const authorities = wantedAuthorities(context.settings.caCerts).map((it) => it.text);
  return startedWith(await readK3sPin(context.host), await wantedK3sFiles(context), authorities);
}

/** The kubelet reads that file for each pod: no restart of k3s makes it count, and none is needed. */
function withoutResolvConf(text: string): string {
  try {
    const entries = JSON.parse(text) as unknown[];
    return JSON.stringify(entries.filter((it) => !Array.isArray(it) || it[0] !== PATHS.k3sResolvConf));
  } catch {
    return text;
  }
}
