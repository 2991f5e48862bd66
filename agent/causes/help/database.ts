import { NAMESPACES } from "../../product/names.ts";
import type { DATABASE } from "../database.ts";
import type { HelpOf } from "./help_shape.ts";
import { PATHS_SHOWN } from "./paths_shown.ts";

const DB_LOG = `sudo k3s kubectl -n ${NAMESPACES.app} logs statefulset/db --tail=100`;
const STOP = "Stop everything that writes to the database. Alga is away until k3s is started again.";
const COPY = `sudo cp -a ${PATHS_SHOWN.volumes} /root/alga-volumes-copy`;
const KEEP =
  `Do not delete or empty the volume of the database (in ${PATHS_SHOWN.volumes}): all tickets, clients and documents are in it.`;
const NOT_OLDER = "Do not go back to an older release: it may not understand what the newer one has written.";

/** Help for the database server and its data. */
export const DATABASE_HELP = {
  "app.db-auth": {
    title: "The database refuses the stored password",
    meaning:
      "The data are from an installation with another password. Most often Kubernetes was installed again while the old data stayed, or a secret was deleted and made again.",
    signs: [
      { see: 'The log says "password authentication failed".', run: DB_LOG },
      {
        see: "Compare the ages: the secret must not be younger than the volume.",
        run:
          `sudo k3s kubectl -n ${NAMESPACES.app} get secret/db-credentials pvc/alga-core-sebastian-postgres-data`,
      },
    ],
    steps: [
      { do: "Make a copy of the virtual disk as it is.", at: "hypervisor" },
      {
        do: "Bring back the old secret, or give the database the new password, with help.",
        ask: "alga-support",
        also: DB_LOG,
      },
      {
        do:
          "If nothing of the data is needed any more, have Alga support lead you through the start with empty data.",
        ask: "alga-support",
      },
    ],
    never: [KEEP, "Do not make the secret again with a new password: the data keep the old one."],
    data: "The database. It is only locked; nothing in it was changed.",
  },
  "app.db-start": {
    title: "The database cannot read its data",
    meaning:
      "The database program started, found files that do not fit together, and stopped so as not to make it worse. That happens after a power cut, a full disk, or a fault of the disk.",
    signs: [
      { see: 'Look for "PANIC", "checkpoint record" or "could not read".', run: DB_LOG },
      { see: "See whether the disk has faults.", run: "sudo journalctl -k -p err -n 30 -r" },
      { see: "See whether the disk is full: then this may be the whole cause.", run: "df -h /" },
    ],
    steps: [
      { do: STOP, run: "sudo systemctl stop k3s && sudo /usr/local/bin/k3s-killall.sh" },
      { do: "Make a copy of the virtual disk as it is.", at: "hypervisor" },
      { do: "Where there is room, make a copy of the volumes, too.", run: COPY },
      { do: "Have it repaired, or restored from a backup, with help.", ask: "alga-support", also: DB_LOG },
    ],
    never: [
      KEEP,
      "Do not run pg_resetwal: it makes the database start and loses what was written last, without a word.",
      NOT_OLDER,
    ],
    data: "The database. What was written last may be damaged.",
    retry: "Each start writes to damaged files. Make a copy first.",
  },
  "app.db-version": {
    title: "The database program does not fit the stored data",
    meaning:
      "The release brings another main version of PostgreSQL than the one that wrote the data. It does not start with them, and has not changed them.",
    signs: [{ see: 'The log says "incompatible with server" and names both versions.', run: DB_LOG }],
    steps: [
      { do: "Make a copy of the virtual disk as it is.", at: "hypervisor" },
      {
        do: "Report it. The release has to bring the right version, or a way to convert the data.",
        ask: "alga-support",
        also: DB_LOG,
      },
    ],
    never: [KEEP, "Do not start the data with another program by hand: it may begin to convert them."],
    data: "The database. Nothing in it was changed.",
    retry:
      "It cannot succeed with this release, and a program that converts data would change them without a copy.",
  },
} satisfies HelpOf<typeof DATABASE>;
