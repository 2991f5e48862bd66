import { POD_CIDR, SERVICE_CIDR } from "../../agent/product/networks.ts";
import { AGENT_PORT, APP_PORT } from "../../agent/product/ports.ts";
import type { Account } from "../autoinstall/account.ts";

const SSH_PORT = 22;

/**
 * The rules of the installed machine, each as it stands behind "ufw". From outside come the pages of the agent, the application
 * and, where there is an account, SSH. The cluster's own networks come in and are let through: what answers them are pods.
 * @see https://docs.k3s.io/installation/requirements#operating-systems
 */
export function firewallRules(account: Account): string[] {
  const ports = [AGENT_PORT, APP_PORT, ...account.kind === "user" ? [SSH_PORT] : []];
  return [
    "default deny incoming",
    "default allow outgoing",
    "default deny routed",
    ...ports.map((it) => `allow ${it}/tcp`),
    ...[POD_CIDR, SERVICE_CIDR].map((it) => `allow from ${it}`),
    `route allow from ${POD_CIDR}`,
    `route allow to ${POD_CIDR}`,
  ];
}
