import { ACCOUNT, type Account } from "./account.ts";

/** Name of the machine until its owner gives it another. */
export const HOST_NAME = "alga-appliance";

/** Without any entry cloud-init would make the account "ubuntu", and its schema wants at least one. Nobody can log in by this one. */
const NOBODY = {
  name: ACCOUNT,
  gecos: "Alga appliance",
  system: true,
  no_create_home: true,
  lock_passwd: true,
  shell: "/usr/sbin/nologin",
};

/**
 * What cloud-init does at the first boot from disk. It comes with Ubuntu and knows the account, so SSH and the account cannot
 * disagree: a password works over SSH only where it is the only way in.
 */
export function cloudConfig(account: Account): Record<string, unknown> {
  return {
    hostname: HOST_NAME,
    disable_root: true,
    ssh_pwauth: allowsPasswordLogin(account),
    users: [account.kind === "none" ? NOBODY : userOf(account)],
  };
}

/** Whether SSH takes a password. */
export function allowsPasswordLogin(account: Account): boolean {
  return account.kind === "user" && account.passwordHash !== undefined && account.sshKeys.length === 0;
}

function userOf({ sshKeys, passwordHash }: Extract<Account, { kind: "user" }>) {
  return {
    name: ACCOUNT,
    gecos: "Alga appliance",
    groups: ["adm", "sudo"],
    shell: "/bin/bash",
    lock_passwd: passwordHash === undefined,
    ...(passwordHash === undefined
      // sudo has no password to ask for.
      ? { sudo: "ALL=(ALL) NOPASSWD:ALL" }
      : { passwd: passwordHash }),
    ...(sshKeys.length === 0 ? {} : { ssh_authorized_keys: [...sshKeys] }),
  };
}
