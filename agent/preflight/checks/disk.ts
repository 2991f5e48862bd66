import { GIB, wholeGibText } from "../../text/byte_size.ts";
import { ALL_IMAGES_BYTES } from "../../product/image_sizes.ts";
import { PATHS } from "../../state/paths.ts";
import type { Check } from "../check.ts";
import { type FileSystem, IMAGES_PLACE, nearestFolder } from "../facts/file_systems.ts";
import { findPlaceProblem, type PlaceProblem } from "../facts/data_places.ts";
import { couldNotCheck, fail, grade, pass, warn } from "../outcome.ts";

/** Images take this much more when they are unpacked, next to what was downloaded. */
export const UNPACKED_FACTOR = 2.5;
/** What the first months of database, files and logs take. */
const DATA_RESERVE_BYTES = 10 * GIB;

/** A write of the cluster's database, and how many of them show what a disk can do. */
const PROBE = { bytes: 2_300, writes: 500, limitMs: 1_500, rounds: 3 } as const;
/** Half of all writes take this long where the disk is to blame. */
const SLOW_MEDIAN_MS = 20;
/** Fewer say nothing of the slowest of a hundred. */
const LEAST_WRITES = 20;

/** File systems on which overlayfs, locks and links work. */
const GOOD_FILE_SYSTEMS = ["ext4", "ext3", "xfs", "btrfs"];
/** Those that can work, and rarely are meant. */
const ODD_FILE_SYSTEMS = ["f2fs", "zfs", "bcachefs", "tmpfs"];

/** How a file system is enlarged once the hypervisor has given more. @see growpart(1), lvextend(8) */
export function enlargeCommand({ source, fstype, target }: FileSystem): string {
  const device = source.split("[")[0] ?? "";
  if (device.startsWith("/dev/mapper/")) return `sudo lvextend --resizefs --extents +100%FREE ${device}`;
  const [, disk, part] = /^(\/dev\/(?:nvme\d+n\d+(?=p)|[a-z]+))p?(\d+)$/.exec(device) ?? [];
  const grow = fstype === "xfs" ? `sudo xfs_growfs ${target}` : `sudo resize2fs ${device}`;
  return disk === undefined || part === undefined
    ? "sudo growpart for its partition, then sudo resize2fs"
    : `sudo growpart ${disk} ${part}; ${grow}`;
}

/** Checks of what the disk can take. */
export const DISK_CHECKS: readonly Check[] = [
  {
    id: "disk.forecast",
    title: "Disk space after setup",
    vantage: "cluster",
    overridable: true,
    async run({ facts }) {
      const expected = "20 % or more left; below 15 % Kubernetes removes images";
      const isThere = (await facts.previousInstall()).isOurs;
      const outlook = (await facts.fileSystems()).map((it) => {
        const images = it.places.includes(IMAGES_PLACE) && !isThere ? ALL_IMAGES_BYTES * UNPACKED_FACTOR : 0;
        const data = it.places.includes(PATHS.localPathData) ? DATA_RESERVE_BYTES : 0;
        const leftPercent = Math.floor((it.avail - images - data) / (it.used + it.avail || 1) * 100);
        return { disk: it, needed: images + data, leftPercent };
      });
      const tightest = outlook.reduce((a, b) => b.leftPercent < a.leftPercent ? b : a);
      const { disk, needed, leftPercent } = tightest;
      const left = leftPercent < 0 ? "not enough room" : `${leftPercent} % left`;
      const found = `${left} at ${disk.target}: ${wholeGibText(disk.avail)} free, ${
        wholeGibText(Math.ceil(needed / GIB) * GIB)
      } needed`;
      const missing = Math.max(GIB, needed + 0.2 * (disk.used + disk.avail) - disk.avail) / 0.8;
      return grade({
        expected,
        found,
        remediation: `Enlarge the disk by ${Math.ceil(missing / GIB)} GiB in the hypervisor, then run: ${
          enlargeCommand(disk)
        }`,
      }, { good: leftPercent >= 20, tolerable: leftPercent >= 15 });
    },
  },
  {
    id: "disk.inodes",
    title: "Room for files",
    vantage: "cluster",
    overridable: true,
    async run({ facts, host }) {
      const expected = "more than 10 % of the inodes free";
      const disks = await facts.fileSystems();
      const counts = await Promise.all(disks.map(async ({ target }) => {
        const { code, stdout } = await host.run(["stat", "-f", "-c", "%c %d", "--", target], {
          timeoutMs: 3_000,
        });
        const [, total, free] = /^(\d{1,20}) (\d{1,20})$/.exec(stdout.trim()) ?? [];
        return { target, total: code === 0 ? Number(total ?? NaN) : NaN, free: Number(free ?? NaN) };
      }));
      const remediation = "Find what has many files: sudo du --inodes -x -d 3 / | sort -n | tail";
      const unread = counts.find((it) => Number.isNaN(it.total));
      if (unread) {
        return couldNotCheck({
          expected,
          found: `stat does not tell the inodes of ${unread.target}`,
          remediation,
        });
      }
      // btrfs makes them as needed and tells 0.
      const percents = counts.filter((it) => it.total > 0)
        .map((it) => ({ ...it, percent: Math.floor(it.free / it.total * 100) }));
      if (percents.length === 0) return pass({ expected, found: "without a limit" });
      const least = percents.reduce((a, b) => b.percent < a.percent ? b : a);
      return grade({ expected, found: `${least.percent} % free at ${least.target}`, remediation }, {
        good: least.percent > 10,
        tolerable: least.percent >= 5,
      });
    },
  },
  {
    id: "disk.fs",
    title: "File system",
    vantage: "containerd",
    overridable: true,
    async run({ facts, host }) {
      const expected = "ext4, xfs or btrfs, on which programs may run and which containers can reach";
      const remediation =
        "Give the machine a local disk in the hypervisor, with ext4 for /var/lib/rancher and /var/mnt/alga-data";
      const disks = await facts.fileSystems();
      const found = disks.map((it) => `${it.fstype || "unknown"} at ${it.target}`).join(", ");
      const noexec = disks.filter((it) => it.options.split(",").includes("noexec"));
      if (noexec.length > 0) {
        const places = noexec.map((it) => it.target);
        return fail({
          expected,
          found: `${found}; programs may not run at ${places.join(", ")} (noexec)`,
          remediation: `Remove noexec from /etc/fstab, then run: sudo mount -o remount,exec ${places[0]}`,
        });
      }
      const problem = await findPlaceProblem(host, disks);
      if (problem) return fail({ expected, ...placeWords(problem) });
      if (disks.some((it) => it.fstype === "")) return couldNotCheck({ expected, found, remediation });
      const isOneOf = (names: readonly string[]) => disks.every((it) => names.includes(it.fstype));
      if (isOneOf(GOOD_FILE_SYSTEMS)) return pass({ expected, found });
      const words = { expected, found, remediation };
      return isOneOf([...GOOD_FILE_SYSTEMS, ...ODD_FILE_SYSTEMS]) ? warn(words) : fail(words);
    },
  },
  {
    id: "disk.latency",
    title: "Speed of the disk",
    vantage: "cluster",
    overridable: true,
    async run({ host, signal }) {
      const expected = "99 of 100 small writes within 10 ms";
      const folder = await nearestFolder(host, IMAGES_PLACE);
      const remediation =
        "Move the virtual machine to an SSD and switch on the write cache of its disk in the hypervisor";
      // What else happens on the host slows one round down; a slow disk is slow in all of them.
      let best: { slowestMs: number; medianMs: number; writes: number } | undefined;
      for (let round = 0; round < PROBE.rounds && (best === undefined || best.slowestMs >= 10); round++) {
        const tookMs = (await host.measureSync(folder, { ...PROBE, signal })).toSorted((a, b) => a - b);
        const slowestMs = tookMs[Math.floor((tookMs.length - 1) * 0.99)];
        const medianMs = tookMs[tookMs.length >> 1];
        if (slowestMs === undefined || medianMs === undefined) continue;
        if (best === undefined || slowestMs < best.slowestMs) {
          best = { slowestMs, medianMs, writes: tookMs.length };
        }
      }
      if (best === undefined) return couldNotCheck({ expected, found: "no write ended", remediation });
      const { slowestMs, medianMs, writes } = best;
      const found = `99 of 100 within ${slowestMs < 10 ? slowestMs.toFixed(1) : Math.round(slowestMs)} ms`;
      const words = {
        expected,
        found,
        remediation,
        evidence: [`${writes} writes of ${PROBE.bytes} bytes in ${folder}`],
      };
      if (writes < LEAST_WRITES) {
        return fail({ ...words, found: `only ${writes} small writes in ${PROBE.limitMs / 1000} s` });
      }
      // A busy processor makes some writes slow; a slow disk makes most of them so.
      return grade(words, { good: slowestMs < 10, tolerable: slowestMs <= 30 || medianMs <= SLOW_MEDIAN_MS });
    },
  },
];

function placeWords(problem: PlaceProblem): { found: string; remediation: string } {
  const { path } = problem;
  switch (problem.kind) {
    case "link":
      return {
        found: `${path} is a link, which Kubernetes does not follow when it mounts`,
        remediation:
          `Mount the disk there instead: sudo rm ${path}; sudo mkdir ${path}; then a line for it in /etc/fstab, and sudo mount ${path}`,
      };
    case "closed":
      return {
        found:
          `${path} lets nobody but its owner through (mode ${problem.mode}): programs in containers do not reach their data`,
        remediation: `Open the way: sudo chmod o+x ${path}`,
      };
    case "no-ftype":
      return {
        found: `XFS at ${path} was made without file types (ftype=0), which layers of images need`,
        remediation:
          `Give the machine another disk in the hypervisor and make it with ext4, or with: sudo mkfs.xfs -n ftype=1 DEVICE`,
      };
  }
}
