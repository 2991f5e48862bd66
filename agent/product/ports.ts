/** Pages and API of the agent. */
export const AGENT_PORT = 8080;

/** `--listen` when nothing is said. */
export const DEFAULT_LISTEN = `0.0.0.0:${AGENT_PORT}`;

/** The application, on the machine's own addresses. */
export const APP_PORT = 3000;

/** API server of Kubernetes. */
export const KUBE_API_PORT = 6443;

/** The kubelet, which pods ask too. */
export const KUBELET_PORT = 10250;

/** TCP ports that k3s takes: API server, its load balancer, containerd, kubelet and the rest of Kubernetes. */
export const K3S_PORTS = [
  KUBE_API_PORT,
  6444,
  10010,
  10248,
  10249,
  KUBELET_PORT,
  10256,
  10257,
  10258,
  10259,
] as const;

/** UDP port of the pod network's tunnel. */
export const VXLAN_PORT = 8472;

/** Ports of Flux's controllers inside their pods. */
export const FLUX_PORTS = { http: 9090, webhook: 9292, metrics: 8080, health: 9440 } as const;
