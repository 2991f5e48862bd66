import { openOwnSocket, type OwnSocket } from "./own_socket.ts";

const JOURNAL = "/run/systemd/journal/socket";

/** Entries with fields of their own, which a stream to the journal cannot have. */
export interface JournalSocket {
  /** One entry; no value has a line break. @throws if the journal's socket is gone, or this process has no place for its own. */
  send(fields: Readonly<Record<string, string>>): Promise<void>;
  close(): Promise<void>;
}

/** The journal's own protocol. @see https://systemd.io/JOURNAL_NATIVE_PROTOCOL/ */
export function openJournalSocket(path = JOURNAL): JournalSocket {
  let own: OwnSocket | undefined;
  return {
    async send(fields) {
      // Outside of its unit nobody would clear it away.
      if (Deno.env.get("RUNTIME_DIRECTORY") === undefined) {
        throw new Error("This process has no runtime folder");
      }
      own ??= openOwnSocket("journal");
      await own.send(Object.entries(fields).map(([name, value]) => `${name}=${value}\n`).join(""), path);
    },
    async close() {
      await own?.close();
    },
  };
}
