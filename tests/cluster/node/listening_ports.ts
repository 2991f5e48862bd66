import type { PrivateNamespace } from "./private_namespace.ts";

/** A port below a namespace on which somebody listens, whose ever it is. @see proc(5), /proc/net/tcp: state 0A is LISTEN */
export async function isListening({ must }: Pick<PrivateNamespace, "must">, port: number): Promise<boolean> {
  const table = await must(["cat", "/proc/net/tcp", "/proc/net/tcp6"]);
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return new RegExp(`^ *\\d+: [0-9A-F]+:${hex} [0-9A-F]+:0000 0A `, "m").test(table);
}

/** What the kubelet said last of a port that another program has; "" where it did not. */
export function takenPort(said: string): string {
  return said.split("\n").findLast((it) => /listen tcp \S+: bind: address already in use/.test(it)) ?? "";
}
