/** Folders that help names. The cause's room knows no paths of the agent's; tests/agent/causes/help compares them. */
export const PATHS_SHOWN = {
  state: "/var/lib/alga-appliance",
  k3s: "/var/lib/rancher/k3s",
  pages: "/etc/alga-appliance/tls",
  volumes: "/var/mnt/alga-data/local-path-provisioner",
  kubeDatabase: "/var/lib/rancher/k3s/server/db",
  k3sConfig: "/etc/rancher/k3s/config.yaml",
  registries: "/etc/rancher/k3s/registries.yaml",
} as const;
