import { errorText } from "../../error.ts";
import { allowToo } from "../../net/allow_too.ts";
import { NetworkError } from "../../net/errors.ts";
import type { MeasuredRead } from "../../registry/measure_body.ts";
import { ALL_IMAGES_BYTES } from "../../product/image_sizes.ts";
import {
  findLargestLayer,
  type ReleaseImage,
  releaseImages,
  type ResolvedRelease,
} from "../../release/mod.ts";
import { byteText } from "../../text/byte_size.ts";
import { durationText } from "../../text/duration.ts";
import type { Check, CheckOutcome } from "../check.ts";
import { fail, grade, pass, skipped } from "../outcome.ts";

/** What is read at most: long enough to see how fast it comes, and no burden for the site. */
const PROBE = { maxBytes: 8 * 1024 * 1024, limitMs: 4_000 } as const;
/** Less says more of the way there and back than of the line. */
const LEAST_BYTES = 256 * 1024;
/** Bytes a second. */
const GOOD_BYTES_PER_SEC = 1e6;
const TOLERABLE_BYTES_PER_SEC = 0.2e6;

/** How long the images will take. Content of the application's own image is read, from where the container runtime will read it. */
export function throughputCheck(release: () => Promise<ResolvedRelease>): Check {
  return {
    id: "reg.throughput",
    title: "Speed of the registry",
    vantage: "containerd",
    overridable: true,
    async run(context) {
      const expected = "1 MB/s or more";
      try {
        const images = releaseImages((await release()).manifest);
        const image = images.find((it) => it.tier === "login") ?? images[0];
        const layer = image && await findLargestLayer(context.registry, asked(image), context);
        if (image === undefined || layer === undefined) {
          return skipped(expected, "the release names no image with content");
        }
        const { registry, signal } = context;
        const read = await registry.measureBlob(image.host, image.repository, layer.digest, {
          ...PROBE,
          signal,
        });
        return judge(expected, read, { host: image.host, sizeBytes: layer.sizeBytes });
      } catch (error) {
        if (!(error instanceof NetworkError)) throw error;
        return couldNotRead(expected, error);
      }
    },
  };
}

function asked({ host, repository, tag }: ReleaseImage) {
  return { host, repository, reference: tag };
}

function judge(
  expected: string,
  { bytes, tookMs }: MeasuredRead,
  { host, sizeBytes }: { host: string; sizeBytes: number },
): CheckOutcome {
  const evidence = [`${bytes} bytes of ${sizeBytes} from ${host} in ${tookMs} ms`];
  const remediation =
    `Ask the network administrator what slows HTTPS from ${host} down (a proxy that looks into it, a limit, another path), or use a registry mirror of this site (--registry-mirror)`;
  if (bytes === 0 && sizeBytes > 0) {
    return fail({ expected, found: `${host} answers, and no content comes`, remediation, evidence });
  }
  if (bytes < LEAST_BYTES && bytes >= sizeBytes) {
    return pass({ expected, found: "what there is came at once; it is too small to tell more", evidence });
  }
  const perSec = bytes / (Math.max(1, tookMs) / 1_000);
  const found = `${(perSec / 1e6).toFixed(perSec < 1e6 ? 2 : 1)} MB/s: all images take about ${
    durationText(ALL_IMAGES_BYTES / perSec * 1_000)
  } (${byteText(ALL_IMAGES_BYTES)})`;
  return grade({ expected, found, remediation, evidence }, {
    good: perSec >= GOOD_BYTES_PER_SEC,
    tolerable: perSec >= TOLERABLE_BYTES_PER_SEC,
  });
}

/** Other checks tell why nothing can be read; that of content which lies elsewhere only this one may have met. */
function couldNotRead(expected: string, error: NetworkError): CheckOutcome {
  const remediation = allowToo(error);
  if (remediation !== undefined) return fail({ expected, found: errorText(error), remediation });
  return skipped(expected, `no content could be read: ${errorText(error)}`);
}
