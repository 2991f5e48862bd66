import type { Snapshot } from "../../../../agent/facts/snapshot.ts";
import { event, podOf, waiting } from "../../status/objects.ts";
import { of, type Row } from "../rule_row.ts";
import { IMAGE, PULLS, REQUEST } from "./pull_texts.ts";

/** A pod of alga-core whose image cannot be pulled with this text. */
function pull(text: string, reason = "ImagePullBackOff"): Snapshot {
  const message = reason === "ImagePullBackOff"
    ? `Back-off pulling image "${IMAGE}": ErrImagePull: ${text}`
    : text;
  return of("alga-core", [podOf("alga-core", waiting(reason, message), { images: { sebastian: IMAGE } })]);
}

const GREEN_PULL = of("alga-core", [
  podOf("alga-core", waiting("ContainerCreating"), { images: { sebastian: IMAGE } }),
]);

const slowPod = podOf("alga-core", waiting("ContainerCreating"), {
  images: { sebastian: "ghcr.io/nine-minds/alga-psa-ee:1" },
});

const pulling = (secondsAgo: number) =>
  event(slowPod, "Pulling", 'Pulling image "ghcr.io/nine-minds/alga-psa-ee:1"', {
    type: "Normal",
    secondsAgo,
    container: "sebastian",
  });

function handshake(secondsAgo: number): Snapshot {
  const text = `${REQUEST}net/http: TLS handshake timeout`;
  const made = podOf("alga-core", waiting("ErrImagePull", text), { images: { sebastian: IMAGE } });
  return of("alga-core", [made], [
    event(made, "Failed", `Failed to pull image "${IMAGE}": ${text}`, {
      container: "sebastian",
      firstSecAgo: secondsAgo,
      count: 5,
    }),
  ]);
}

/** Every way in which the rules of this family find something. */
export const IMAGE_ROWS: readonly Row[] = [
  {
    name: "an image that the machine cannot look at",
    id: "k3s.container-failed",
    red: of("db", [
      podOf(
        "db",
        waiting("ImageInspectError", 'Failed to inspect image "x": rpc error: code = Unknown desc = odd'),
      ),
    ]),
    green: of("db", [podOf("db", waiting("ContainerCreating"))]),
  },
  {
    name: "handshakes hang",
    id: "net.mtu",
    red: handshake(900),
    green: handshake(300),
  },
  ...PULLS.map(([id, text], index): Row => ({
    name: `pull text ${index}`,
    id,
    red: pull(text),
    green: GREEN_PULL,
  })),
  {
    name: "invalid image name",
    id: "img.invalid",
    red: of("db", [
      podOf(
        "db",
        waiting(
          "InvalidImageName",
          'Failed to apply default image tag "R//x": couldn\'t parse image name "R//x": invalid reference format',
        ),
      ),
    ]),
    green: GREEN_PULL,
  },
  {
    name: "may not be downloaded",
    id: "img.invalid",
    red: of("db", [
      podOf(
        "db",
        waiting("ErrImageNeverPull", 'Container image "R/never:1" is not present with pull policy of Never'),
      ),
    ]),
    green: GREEN_PULL,
  },
  {
    name: "slow pull",
    id: "img.slow",
    hard: false,
    red: of("alga-core", [slowPod], [pulling(400)]),
    green: of("alga-core", [slowPod], [pulling(200)]),
  },
  {
    name: "stalled pull",
    id: "img.stalled",
    hard: true,
    red: of("alga-core", [slowPod], [pulling(3_000)]),
    green: of("alga-core", [slowPod], [pulling(400)]),
  },
];
