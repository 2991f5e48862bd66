import { until } from "../until.ts";

/** systemd's end of sd_notify(3): a datagram socket that keeps what it hears. */
export interface NotifySocket {
  /** For NOTIFY_SOCKET. */
  path: string;
  /** Every message, with the time of its arrival. */
  heard: { atMs: number; text: string }[];
  close(): Promise<void>;
}

/** Listens at a path. */
export function openNotifySocket(path: string): NotifySocket {
  const socket = Deno.listenDatagram({ transport: "unixpacket", path });
  const heard: NotifySocket["heard"] = [];
  const reading = (async () => {
    for await (const [bytes] of socket) {
      heard.push({ atMs: Date.now(), text: new TextDecoder().decode(bytes) });
    }
  })().catch(() => {});
  return {
    path,
    heard,
    async close() {
      socket.close();
      await reading;
    },
  };
}

/** Waits until nothing more is heard for some time; what was under way may still arrive. */
export async function untilSilent(systemd: NotifySocket, ms: number): Promise<void> {
  await until("no more pings", async () => {
    const before = systemd.heard.length;
    await new Promise((resolve) => setTimeout(resolve, ms));
    return systemd.heard.length - before;
  }, (it) => it === 0);
}
