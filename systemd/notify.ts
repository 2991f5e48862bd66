/**
 * Tells systemd about our state (sd_notify(3)): "READY=1", "STOPPING=1", "WATCHDOG=1", "STATUS=…". Does nothing when we were
 * not started by systemd. Sends from a socket of our own beside systemd's, removed afterwards.
 */
export async function notifySystemd(message: string): Promise<void> {
  const target = Deno.env.get("NOTIFY_SOCKET");
  if (!target) return;
  const runtimeFolder = Deno.env.get("RUNTIME_DIRECTORY")?.split(":")[0];
  const own = target.startsWith("@") || runtimeFolder === undefined
    ? `\0alga-agent-notify-${Deno.pid}`
    : `${runtimeFolder}/notify-${Deno.pid}.sock`;
  const socket = Deno.listenDatagram({ transport: "unixpacket", path: own });
  try {
    const path = target.startsWith("@") ? `\0${target.slice(1)}` : target;
    await socket.send(new TextEncoder().encode(message), { transport: "unixpacket", path });
  } finally {
    socket.close();
    if (!own.startsWith("\0")) await Deno.remove(own).catch(() => {});
  }
}
