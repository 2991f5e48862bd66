/** Addresses of pods, k3s' default. */
export const POD_CIDR = "10.42.0.0/16";

/** An address of {@link POD_CIDR}, for questions about any pod. */
export const SOME_POD_ADDRESS = "10.42.0.9";

/** Addresses of services, k3s' default. */
export const SERVICE_CIDR = "10.43.0.0/16";

/** The Kubernetes API as pods see it: the first address of {@link SERVICE_CIDR}. */
export const KUBE_SERVICE_ADDRESS = "10.43.0.1";

/** Names of services end with it. */
export const CLUSTER_DOMAIN = "cluster.local";

/** What every address in {@link SERVICE_CIDR} begins with: its mask ends at a dot. */
export const SERVICE_PREFIX = "10.43.";

/** The name service of the cluster, as k3s places it. */
export const CLUSTER_DNS_ADDRESS = `${SERVICE_PREFIX}0.10`;

/** Whether a name is one of the cluster's own services, which only its own name service knows. */
export function isClusterName(name: string): boolean {
  return /^[^.]+$|\.svc(?:\.|$)|\.cluster\.local\.?$/.test(name);
}
