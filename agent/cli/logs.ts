import { readKnownSecrets } from "../bundle/known_secrets.ts";
import { systemClock } from "../clock.ts";
import { RealHost } from "../host/real_host.ts";
import type { LogService } from "../logs/log_origin.ts";
import { createLogService } from "../logs/log_service.ts";
import { NAMESPACES } from "../product/names.ts";
import { projectPod } from "../observe/projections/pod.ts";
import { KINDS } from "../../k8s/mod.ts";
import { createKubeConnector } from "../../k8s/connect_kube.ts";
import { withTimeout } from "../signals.ts";
import type { Command } from "./command.ts";
import { DEFAULT_LINES, LOG_OPTIONS, logsAsked, MAX_LINES, showLogs } from "./log_output.ts";
import { parseKubeconfig, parseOptions, requireRoot } from "./options.ts";

const EXAMPLE = `${NAMESPACES.app}/db`;
/** Without an answer of Kubernetes the kubelet's folders tell which pods there are. */
const PODS_MS = 3_000;
const KNOWN_MS = 2_000;

/** `alga-agent logs` */
export const logsCommand: Command = {
  name: "logs",
  summary: "show what the appliance and its parts say; follow it",
  help: `Usage: alga-agent logs [SOURCE] [OPTIONS]

Without SOURCE: which sources there are. "setup", "agent", "k3s" and "kernel"
are the machine's own, "${EXAMPLE}" the pods of one owner, merged by time.

  -f, --follow      go on with what comes
  -n, --lines N     the newest N lines (default ${DEFAULT_LINES}, at most ${MAX_LINES})
  --since TIME      all since then: 15m, 6h, 2d, or 2026-11-21T14:02:00Z
  --previous        only what containers said before their last restart
  --pod NAME        one pod of the source; --container NAME one container
  --level LEVEL     this and worse: error, warning, info, debug
  --grep TEXT       lines with all of these words; "two words" count as one
  --exclude TEXT    lines with none of these words
  -o, --output      text (default) or json, one entry a line
  --root DIR        where the appliance's "/" lies (default /)
  --kubeconfig FILE how to reach Kubernetes
                    (default /etc/rancher/k3s/k3s.yaml below the root)

Reads the journal and the files of the kubelet itself, so it works without the
running service and without Kubernetes. Passwords and keys are removed.
Needs root.

Exit codes: 0 ok, 1 error, 2 wrong usage, 4 a part could not be read.

Example: sudo alga-agent logs ${EXAMPLE} -f --level warning`,
  async run(args, terminal) {
    const { values, positionals } = parseOptions(
      {
        args: [...args],
        allowPositionals: true,
        options: {
          ...LOG_OPTIONS,
          follow: { type: "boolean", short: "f", default: false },
          root: { type: "string", default: "/" },
          kubeconfig: { type: "string" },
        },
      } as const,
    );
    const asked = logsAsked(values, positionals);
    const host = new RealHost(await requireRoot(values.root));
    const logs = openLogs(host, await parseKubeconfig(values.kubeconfig), terminal.signal);
    return await showLogs(logs, { ...asked, follows: values.follow }, terminal);
  },
};

function openLogs(host: RealHost, kubeconfig: string | undefined, signal: AbortSignal): LogService {
  const connectKube = createKubeConnector(host, kubeconfig);
  return createLogService({
    host,
    clock: systemClock,
    connectKube,
    async pods() {
      const pods: ReturnType<typeof projectPod>[] = [];
      const kube = await connectKube().catch(() => undefined);
      await kube?.list(KINDS.Pod, {
        signal: withTimeout(PODS_MS, signal),
        each: (it) => pods.push(projectPod(it)),
      }).catch(() => {}); // the folders tell most of it
      return pods;
    },
    readKnown: async (end) =>
      (await readKnownSecrets({ host, connectKube }, { signal: end, limitMs: KNOWN_MS })).known,
  });
}
