import { emptySnapshot } from "../../../agent/facts/snapshot.ts";
import { makeFacts } from "../../../agent/facts/facts.ts";
import { journalRule } from "../../../agent/explain/rules/k3s.ts";
import { RealHost } from "../../../agent/host/real_host.ts";
import { readUnitJournal } from "../../../agent/host/unit_journal.ts";
import { DATABASE_FOLDER } from "./node_programs.ts";
import type { RealNode } from "./real_node.ts";

/** One way in which the database of Kubernetes cannot be used, on a real disk. */
export interface DatabaseFault {
  name: string;
  /** What the agent is to call it. */
  cause: string;
  /** In a shell inside, with kine stopped; `$0` is the folder, `$1` has a copy of it. What is mounted is taken away afterwards. */
  arrange: string;
}

const DAMAGED = 'rm -f "$0"/state.db-wal "$0"/state.db-shm; ';

export const DATABASE_FAULTS: readonly DatabaseFault[] = [
  {
    name: "a file that is something else",
    cause: "k3s.db-corrupt",
    arrange: `${DAMAGED} head -c 65536 /dev/urandom > "$0/state.db"`,
  },
  {
    name: "pages that hold nonsense",
    cause: "k3s.db-corrupt",
    arrange: `${DAMAGED} head -c 65536 /dev/urandom | dd of="$0/state.db" bs=4096 seek=1 conv=notrunc`,
  },
  {
    name: "a disk without room",
    cause: "disk.pressure",
    arrange:
      'size=$(du -sk "$1" | cut -f1); mount -t tmpfs -o size=$((size + 512))k none "$0"; cp "$1"/state.db "$0"; ' +
      'dd if=/dev/zero of="$0/filler" bs=4096 || true',
  },
  {
    name: "a disk that has become read-only",
    cause: "disk.readonly",
    arrange: 'mount --bind "$0" "$0"; mount -o remount,bind,ro "$0"',
  },
  {
    name: "a read-only disk, after an orderly end",
    cause: "disk.readonly",
    arrange:
      'rm -f "$0"/state.db-wal "$0"/state.db-shm; mount --bind "$0" "$0"; mount -o remount,bind,ro "$0"',
  },
];

const COPY = "/var/lib/rancher/database-copy";

/** Lets a fault happen and starts k3s' datastore on it; the undo brings back the database as it was, and waits for the API. */
export async function breakDatabase(
  node: RealNode,
  { arrange }: DatabaseFault,
): Promise<{ startedMs: number; undo: () => Promise<void> }> {
  const { k3s, namespace } = node;
  const shell = (script: string) => namespace.must(["sh", "-euc", script, DATABASE_FOLDER, COPY]);
  await k3s.stopPart("kine");
  await shell('rm -rf "$1"; cp -a "$0" "$1"');
  await shell(arrange);
  const startedMs = Date.now();
  await k3s.startPart("kine");
  const undo = async () => {
    await k3s.stopPart("kine");
    await shell('while umount "$0"; do :; done 2> /dev/null; rm -rf "$0"; cp -a "$1" "$0"');
    await k3s.startPart("kine");
    await node.untilApiAnswers();
  };
  return { startedMs, undo };
}

/** What the agent makes of the node's journal since a moment, while Kubernetes does not answer. */
export async function journalCauses(
  { root }: RealNode,
  sinceMs: number,
): Promise<{ ids: string[]; lines: string[] }> {
  const journal = (await readUnitJournal(new RealHost(root), "k3s")).filter((it) =>
    Date.parse(it.at) >= sinceMs
  );
  const empty = emptySnapshot();
  const nowMs = Date.now();
  const since = new Date(nowMs - 90_000).toISOString();
  const facts = makeFacts({
    ...empty,
    api: { ...empty.api, state: "not-answering", since },
    host: { ...empty.host, journal },
  }, nowMs);
  return { ids: journalRule.find(facts).map((it) => it.id), lines: journal.map((it) => it.text) };
}
