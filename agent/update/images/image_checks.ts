import { errorText } from "../../error.ts";
import type { Check } from "../../preflight/mod.ts";
import { enlargeCommand, UNPACKED_FACTOR } from "../../preflight/checks/disk.ts";
import { IMAGES_PLACE } from "../../preflight/facts/file_systems.ts";
import { couldNotCheck, fail, grade, pass, warn } from "../../preflight/outcome.ts";
import type { Layer } from "../../release/mod.ts";
import { gbText, GIB, wholeGibText } from "../../text/byte_size.ts";
import { releasesOf, type UpdateContext } from "../context.ts";
import { bytesThere, canonicalName, readImagesThere } from "./images_there.ts";
import { type MeasuredImage, measureImages, neededImages } from "./needed_images.ts";

/** What these checks look at. */
type ImageContext = Pick<
  UpdateContext,
  "request" | "registry" | "mirrors" | "connectKube" | "host" | "signal"
>;

/** Whether every image of every release on the way can be had, and whether the disk takes them. */
export function imageChecks(context: ImageContext): readonly Check[] {
  let asked: Promise<MeasuredImage[]> | undefined;
  const measured = () => asked ??= measureImages(neededImages(releasesOf(context), context.mirrors), context);
  return [existCheck(context, measured), diskCheck(context, measured)];
}

type Measured = () => Promise<readonly MeasuredImage[]>;

function existCheck(context: ImageContext, measured: Measured): Check {
  return {
    id: "upd.images",
    title: "Images of every release on the way",
    vantage: "containerd",
    overridable: false,
    async run() {
      const releases = releasesOf(context).map((it) => it.manifest.version);
      const expected = `every image of ${releases.join(", ")} exists for this machine`;
      const images = await measured();
      const bad = images.flatMap((it) => {
        const why = "problem" in it
          ? it.problem.failure === "not-found" ? "missing" : undefined
          : it.size.otherMachine;
        return why === undefined ? [] : [{ ...it, text: `${it.name} (${it.version}): ${why}` }];
      });
      const unknown = images.flatMap((it) =>
        "problem" in it && it.problem.failure !== "not-found" ? [`${it.name}: ${errorText(it.problem)}`] : []
      );
      const evidence = [...bad.map((it) => it.text), ...unknown];
      const texts = bad.map((it) => it.text).join("; ");
      const versions = [...new Set(bad.map((it) => it.version))].join(", ");
      if (bad.some((it) => it.tier === "login")) {
        return fail({
          expected,
          found: texts,
          evidence,
          remediation: `Stay on the installed release and report ${versions} to Alga support`,
        });
      }
      if (unknown.length > 0) {
        return couldNotCheck({
          expected,
          found: `could not be asked for: ${unknown.join("; ")}`,
          evidence,
          remediation: "Check again; if it stays, ask the network administrator about proxy and firewall",
        });
      }
      if (bad.length === 0) return pass({ expected, found: `all ${images.length}` });
      return warn({
        expected,
        found: `for background services only: ${texts}`,
        evidence,
        remediation: `Report ${versions} to Alga support; people can log in without it`,
      });
    },
  };
}

/** Below 15 % the kubelet removes images that nobody uses, below 5 % it ends pods. */
const [GOOD_PERCENT, LEAST_PERCENT] = [20, 15];

/** What all of the way needs at once, since nothing is removed between two releases; and the release that needs most by itself. */
function diskCheck(context: ImageContext, measured: Measured): Check {
  return {
    id: "upd.disk",
    title: "Disk space for the new images",
    vantage: "containerd",
    overridable: true,
    async run({ facts }) {
      const expected = `${GOOD_PERCENT} % or more left; below ${LEAST_PERCENT} % Kubernetes removes images`;
      const disk = (await facts.fileSystems()).find((it) => it.places.includes(IMAGES_PLACE));
      if (!disk) throw new Error(`no file system is known for ${IMAGES_PLACE}`);
      const { all, most } = await missingBytes(context, await measured());
      const leftPercent = (bytes: number) =>
        Math.floor((disk.avail - bytes * UNPACKED_FACTOR) / (disk.used + disk.avail || 1) * 100);
      const [left, leftOfMost] = [leftPercent(all), leftPercent(most.bytes)];
      const needed = gbText(all * UNPACKED_FACTOR);
      const percent = left < 0 ? "not enough room" : `${left} % left`;
      const found = `${percent} at ${disk.target}: ${wholeGibText(disk.avail)} free, ${needed} needed for ${
        gbText(all)
      } of images that are not here yet`;
      const short = all * UNPACKED_FACTOR + GOOD_PERCENT / 100 * (disk.used + disk.avail) - disk.avail;
      // Each step fits by itself: Kubernetes makes room by removing what the releases before it brought.
      if (left < LEAST_PERCENT && leftOfMost >= LEAST_PERCENT) {
        return warn({
          expected,
          found:
            `${found}; the release that needs most, ${most.version}, fits by itself, so Kubernetes makes room on the way`,
          remediation: enlargeAdvice(short, disk),
        });
      }
      return grade({ expected, found, remediation: enlargeAdvice(short, disk) }, {
        good: left >= GOOD_PERCENT,
        tolerable: left >= LEAST_PERCENT,
      });
    },
  };
}

/** How the disk gets this much more room, and some to spare. */
function enlargeAdvice(shortBytes: number, disk: Parameters<typeof enlargeCommand>[0]): string {
  const gib = Math.ceil(Math.max(GIB, shortBytes / 0.8) / GIB);
  return `Enlarge the disk by ${gib} GiB in the hypervisor, then run: ${enlargeCommand(disk)}`;
}

/** What is to be downloaded: in all, and for the release that needs most beside what the ones before it brought. */
export async function missingBytes(
  { connectKube, host }: Pick<ImageContext, "connectKube" | "host">,
  images: readonly MeasuredImage[],
): Promise<{ all: number; most: { version: string; bytes: number } }> {
  const kube = await connectKube();
  const there = kube ? await readImagesThere(kube).catch(() => new Set<string>()) : new Set<string>();
  const layers = new Map<string, Layer & { version: string }>();
  for (const image of images) {
    if ("problem" in image || there.has(canonicalName(image.name))) continue;
    for (const it of image.size.layers) {
      if (!layers.has(it.digest)) layers.set(it.digest, { ...it, version: image.version });
    }
  }
  const byVersion = new Map<string, Layer[]>();
  for (const it of layers.values()) byVersion.set(it.version, [...byVersion.get(it.version) ?? [], it]);
  const sums = await Promise.all([...byVersion].map(async ([version, some]) => ({
    version,
    bytes: some.reduce((sum, it) => sum + it.sizeBytes, 0) - await bytesThere(host, some),
  })));
  const none = { version: images[0]?.version ?? "", bytes: 0 };
  return {
    all: sums.reduce((sum, it) => sum + it.bytes, 0),
    most: sums.reduce((a, b) => b.bytes > a.bytes ? b : a, none),
  };
}
