import { LOCAL_PATH_NAMES, NAMESPACES } from "../../product/names.ts";
import type { STORAGE } from "../storage.ts";
import { describePods, DISK_USE, RETRY_SETUP, VOLUMES } from "./commands.ts";
import type { HelpOf } from "./help_shape.ts";
import { PATHS_SHOWN } from "./paths_shown.ts";

const FOLDERS = `sudo ls -lan ${PATHS_SHOWN.volumes}`;
const PROVISIONER_LOG =
  `sudo k3s kubectl -n ${NAMESPACES.storage} logs deployment/${LOCAL_PATH_NAMES.deployment} --tail=50`;
const HELPERS = `sudo k3s kubectl -n ${NAMESPACES.storage} get pods`;
const CLAIMS = `sudo k3s kubectl -n ${NAMESPACES.app} describe pvc`;
const KEEP_CLAIMS = "Do not delete a volume or its claim (pvc, pv): the data of Alga are in them.";
const KEEP_FOLDERS = `Do not delete, move or re-own anything below ${PATHS_SHOWN.volumes} on a guess.`;
const NEW_VOLUME = "None. The volume is not there yet; volumes that exist stay as they are.";

/** Help for volumes that are not made, not mounted, or not usable. */
export const STORAGE_HELP = {
  "stor.pvc-pending": {
    title: "No storage could be made for a part",
    meaning: (w) =>
      `A part of Alga asked for the volume ${
        w.volume ?? "that it needs"
      } and did not get it. Until it does, the part does not start.`,
    signs: [
      { see: 'Its state is "Pending".', run: VOLUMES },
      { see: "The events at the end tell why.", run: CLAIMS },
    ],
    steps: [
      { do: "See whether the storage service runs.", run: HELPERS },
      {
        do: `See that the storage class "${LOCAL_PATH_NAMES.storageClass}" is there.`,
        run: "sudo k3s kubectl get storageclass",
      },
      { do: "If the class is missing and setup is not over, try again: setup makes it.", run: RETRY_SETUP },
      {
        do: "In every other case, report it.",
        ask: "alga-support",
        also: CLAIMS,
      },
    ],
    never: [
      KEEP_CLAIMS,
      "Do not make a volume of the same name by hand: Alga would start with an empty one.",
    ],
    data: NEW_VOLUME,
  },
  "stor.claim-lost": {
    title: "The storage of a part is gone",
    meaning: (w) =>
      `The part asked for the volume ${
        w.volume ?? "long ago"
      } and had it. Kubernetes does not know that volume any more: somebody deleted it, or its own database is older than it. The folder with the data may still be there.`,
    signs: [
      { see: 'Its state is "Lost".', run: VOLUMES },
      { see: "A folder with its name in it still holds the data.", run: FOLDERS },
    ],
    steps: [
      { do: "Make a copy of the virtual disk as it is.", at: "hypervisor" },
      {
        do: "Have the volume tied to its folder again, with help.",
        ask: "alga-support",
        also: `${VOLUMES}; ${FOLDERS}`,
      },
    ],
    never: [
      KEEP_CLAIMS,
      KEEP_FOLDERS,
      "Do not make a volume of the same name by hand: Alga would start with an empty one.",
    ],
    data: "The volume of this part. Whether its data are there, the folder tells.",
    retry: "A new volume would be an empty one, and the part would fill it as if nothing had been there.",
  },
  "stor.provisioner": {
    title: "The storage service does not make volumes",
    meaning:
      `Volumes are folders below ${PATHS_SHOWN.volumes}. The service that makes them does not run, or may not write there.`,
    signs: [
      {
        see: "Its pod should be Running; pods that begin with helper-pod make one folder each.",
        run: HELPERS,
      },
      { see: "Its log tells what it could not do.", run: PROVISIONER_LOG },
      {
        see: "The folder must exist, and its file system must have room and be writable.",
        run: `df -h ${PATHS_SHOWN.volumes}`,
      },
    ],
    steps: [
      {
        do: "If the folder is gone, and no data have been stored yet, make it.",
        run: `sudo install -d -m 0777 ${PATHS_SHOWN.volumes}`,
      },
      { do: "If a disk of its own belongs there and is not mounted, mount it.", run: "sudo mount -a" },
      { do: "If the disk is full, free space.", open: { cause: "disk.pressure" } },
      {
        do: "Restart the service. The volume is then made by itself.",
        run:
          `sudo k3s kubectl -n ${NAMESPACES.storage} rollout restart deployment/${LOCAL_PATH_NAMES.deployment}`,
      },
    ],
    never: [
      KEEP_CLAIMS,
      "Do not make an empty folder where data were stored: find out first where they are.",
    ],
    data: NEW_VOLUME,
  },
  "stor.subpath": {
    title: "A part cannot start: its storage could not be prepared",
    meaning: (w) =>
      `On the volume ${
        w.volume ?? "of the part"
      } a folder is needed that could not be made. Something else is in its place, or the volume cannot be written. Nothing was deleted.`,
    signs: [
      { see: 'Its events say "failed to create subPath directory".', run: describePods },
      {
        see:
          "FOLDER is the one whose name has the name of the volume in it. See to whom it belongs, and what is in it.",
        run: [FOLDERS, `sudo ls -lan ${PATHS_SHOWN.volumes}/FOLDER`],
      },
    ],
    steps: [
      { do: "See that the disk has room and can be written.", run: [DISK_USE, "findmnt -no OPTIONS /"] },
      {
        do:
          "If FOLDER, the one of the volume, holds nothing at all, make the folder in it that is missing. For the database it is called data.",
        run: `sudo mkdir ${PATHS_SHOWN.volumes}/FOLDER/data`,
      },
      {
        do: "If anything is in its place, a file or a link, leave it and report it.",
        ask: "alga-support",
        also: FOLDERS,
      },
      { do: "Wait. The part tries again by itself.", wait: "The next try comes within five minutes." },
    ],
    never: [KEEP_FOLDERS, KEEP_CLAIMS],
    data: "The volume of this part. What is in it has not been changed.",
  },
  "stor.claim-missing": {
    title: "A part cannot start: its storage is not there",
    meaning: (w) =>
      `The part asks for the volume ${
        w.volume ?? "that it had"
      }, and nothing of that name is there any more, or it is being deleted. The folder with the data may still be there.`,
    signs: [
      { see: 'It is not in the list, or its state is "Terminating".', run: VOLUMES },
      { see: "A folder with its name in it still holds the data.", run: FOLDERS },
    ],
    steps: [
      { do: "Make a copy of the virtual disk as it is.", at: "hypervisor" },
      {
        do: "Have the volume tied to its folder again, with help.",
        ask: "alga-support",
        also: `${VOLUMES}; ${FOLDERS}`,
      },
    ],
    never: [
      "Do not make an empty volume in its place: Alga would start with nothing in it.",
      "Do not restart the part while the claim is being deleted: as long as it runs, the volume stays.",
      KEEP_FOLDERS,
    ],
    data: "The volume of this part. Whether its data are there, the folder tells.",
    retry: "A new volume would be an empty one, and the part would fill it as if nothing had been there.",
  },
  "stor.mount": {
    title: "A part cannot start: a part of its storage is missing",
    meaning: (w) =>
      `It needs ${
        w.folder ?? w.missing ?? "a setting, a secret or a volume"
      }, and that does not exist or could not be mounted.`,
    signs: [
      { see: 'Its events say "FailedMount" and name what is missing.', run: describePods },
      { see: "See which volumes and folders are there.", run: [VOLUMES, FOLDERS] },
    ],
    steps: [
      {
        do: "If a folder is missing, see whether a disk of its own belongs there and is not mounted.",
        run: ["lsblk -f", "grep -v '^#' /etc/fstab"],
      },
      { do: "If so, mount it. The part then starts by itself.", run: "sudo mount -a" },
      {
        do: "Wait, if a release is just being installed: what is missing may come with it.",
        wait: "It takes a few minutes.",
      },
      { do: "If it stays, report it.", ask: "alga-support", also: describePods },
    ],
    never: [
      "Do not make an empty folder in the place of one that held data: Alga would start with nothing in it.",
      "Do not make a secret by hand: a password that does not fit what is stored locks the database.",
      KEEP_CLAIMS,
    ],
    data: "The volume of this part, if its folder is missing. The part has not started.",
    retry:
      "If the disk behind a folder is not mounted, a part that starts without it would begin with nothing.",
  },
  "stor.owner": {
    title: "A part may not use its own files",
    meaning:
      "The files of its volume belong to another user than the one that the part runs as, or are left from an earlier installation.",
    signs: [
      { see: 'Its last lines say "permission denied", or that the folder is not empty.', run: describePods },
      {
        see: "The third column is the number of the user. The database of Alga runs as user 999.",
        run: FOLDERS,
      },
    ],
    steps: [
      {
        do:
          "Find out what was done on this machine lately: a copy brought back, an earlier installation, a command that changes owners.",
        run: "sudo journalctl _COMM=sudo -n 50 -r",
      },
      { do: "Make a copy of the virtual disk as it is.", at: "hypervisor" },
      { do: "Have it put right, with help.", ask: "alga-support", also: FOLDERS },
    ],
    never: [
      KEEP_FOLDERS,
      "Do not change owners of everything at once (chown -R): each part has a user of its own.",
    ],
    data: "The volume of this part. What is in it has not been changed.",
  },
} satisfies HelpOf<typeof STORAGE>;
