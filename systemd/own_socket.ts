/** A socket that systemd's own are told from. */
export interface OwnSocket {
  /** One message to a socket at a path. @throws if nobody has it open. */
  send(text: string, to: string): Promise<void>;
  /** Removes what stands on the disk. */
  close(): Promise<void>;
}

/** One in the runtime folder of the unit, else in a folder of its own: Deno sends from a bound socket only, and binds it at a path only. */
export function openOwnSocket(name: string): OwnSocket {
  const given = Deno.env.get("RUNTIME_DIRECTORY")?.split(":")[0];
  const folder = given ?? Deno.makeTempDirSync({ prefix: `alga-${name}-` });
  const path = `${folder}/${name}-${Deno.pid}.sock`;
  const socket = Deno.listenDatagram({ transport: "unixpacket", path });
  return {
    async send(text, to) {
      await socket.send(new TextEncoder().encode(text), { transport: "unixpacket", path: to });
    },
    async close() {
      socket.close();
      await Deno.remove(given === undefined ? folder : path, { recursive: true }).catch(() => {});
    },
  };
}
