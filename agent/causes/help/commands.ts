import { NAMESPACES } from "../../product/names.ts";
import type { Whereabouts } from "./help_shape.ts";

/** Commands that many pages name, on the appliance's own single-node k3s. */
const KUBECTL = "sudo k3s kubectl";
const OF_ALGA = `${KUBECTL} -n ${NAMESPACES.app}`;

export const K3S_LOG = "sudo journalctl -u k3s -n 50 -r";
export const K3S_STATE = "systemctl status k3s --no-pager";
export const K3S_RESTART = "sudo systemctl restart k3s";
export const STATUS = "sudo alga-agent status";
export const RETRY_SETUP = "sudo alga-agent setup --retry";
export const CHECKS = "sudo alga-agent preflight";
export const NODES = `${KUBECTL} describe nodes`;
export const PODS = `${OF_ALGA} get pods`;
export const ALL_PODS = `${KUBECTL} get pods -A`;
export const VOLUMES = `${KUBECTL} get pvc,pv -A`;
export const RELEASES = `${KUBECTL} -n ${NAMESPACES.settings} get helmreleases`;
export const FLUX_PARTS = `${KUBECTL} -n ${NAMESPACES.flux} get ocirepositories,kustomizations`;
export const DISK_USE = "df -h /";
export const BIGGEST = "sudo du -xh --max-depth=3 /var | sort -h | tail -n 20";
export const OLD_LOGS = "sudo journalctl --vacuum-size=200M";
export const UNUSED_IMAGES = "sudo k3s crictl rmi --prune";
export const KERNEL_LOG = "sudo journalctl -k -n 50 -r";
export const LOOK_AGAIN =
  `${KUBECTL} -n ${NAMESPACES.flux} annotate --overwrite ocirepository/alga-appliance kustomization/alga-appliance reconcile.fluxcd.io/requestedAt="$(date +%s)"`;

type Known = Partial<Whereabouts>;

/** Events of the namespace in question, newest last. */
export function events(w: Known): string {
  return `${KUBECTL} -n ${w.namespace ?? NAMESPACES.app} get events --sort-by=.lastTimestamp`;
}

/** Everything that Kubernetes says of the pods in question, events at the end. */
export function describePods(w: Known): string {
  return `${KUBECTL} -n ${w.namespace ?? NAMESPACES.app} describe pods${
    w.object === undefined ? "" : ` ${w.object}`
  }`;
}

/** The newest lines of a part; NAME where it is not known which. */
export function logs(w: Known): string {
  return `${KUBECTL} -n ${w.namespace ?? NAMESPACES.app} logs ${
    w.workload ?? "NAME"
  } --all-containers --tail=100`;
}

/** The same of the run before. */
export function earlierLogs(w: Known): string {
  return `${logs(w)} --previous`;
}

/** What a part says, for others to read: its log, or where it is not known which part it is, what is said of all. */
export function told(w: Known): string {
  return w.workload === undefined ? describePods(w) : logs(w);
}

/** Starts a part again; NAME where it is not known which. */
export function restart(w: Known): string {
  return `${KUBECTL} -n ${w.namespace ?? NAMESPACES.app} rollout restart ${w.workload ?? "NAME"}`;
}

/** Switches a part on again that none is wanted of; NAME where it is not known which. */
export function switchOn(w: Known): string {
  return `${KUBECTL} -n ${w.namespace ?? NAMESPACES.app} scale ${w.workload ?? "NAME"} --replicas=1`;
}

/** Has a release that gave up try once more. */
export function resetRelease(part: string | undefined): string {
  return `sudo alga-agent update retry-part ${part ?? "NAME"}`;
}
