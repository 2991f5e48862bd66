import { NetworkError } from "../../../agent/net/errors.ts";
import type { CheckCase } from "./check_case.ts";
import type { FakeRegistry } from "./fake_registry.ts";

/** Every way the speed of the registry can be found. */
export const REGISTRY_SPEED_CASES: readonly CheckCase[] = [
  {
    id: "reg.throughput",
    when: "content comes fast",
    status: "pass",
    found: "8.4 MB/s: all images take about 10 min (5000.0 MB)",
  },
  {
    id: "reg.throughput",
    when: "it comes just fast enough",
    status: "pass",
    found: /^1\.0 MB\/s/,
    registry: read(4_000_000, 4_000),
  },
  {
    id: "reg.throughput",
    when: "it comes slowly",
    status: "warn",
    found: "0.30 MB/s: all images take about 5 h (5000.0 MB)",
    advice: /what slows HTTPS from ghcr\.io down.*--registry-mirror/,
    registry: read(1_200_000, 4_000),
  },
  {
    id: "reg.throughput",
    when: "it would take days",
    status: "fail",
    found: "0.02 MB/s: all images take about 3 days (5000.0 MB)",
    registry: read(80_000, 4_000),
  },
  {
    id: "reg.throughput",
    when: "no content comes",
    status: "fail",
    found: "ghcr.io answers, and no content comes",
    registry: read(0, 4_000),
  },
  {
    id: "reg.throughput",
    when: "the content is too small to tell",
    status: "pass",
    found: /too small to tell/,
    registry: (it) => {
      it.layerBytes = 300;
      it.read = { bytes: 300, tookMs: 100 };
    },
  },
  {
    id: "reg.throughput",
    when: "the image has no content",
    status: "skipped",
    found: "the release names no image with content",
    registry: (it) => void (it.layerBytes = undefined),
  },
  {
    id: "reg.throughput",
    when: "content lies on a host that is not allowed",
    status: "fail",
    found: "ghcr.io sends on to another host; cdn.example: it cannot be reached",
    advice: /^Ask the network administrator to allow cdn\.example too, as ghcr\.io is allowed$/,
    registry: (it) =>
      void (it.read = new NetworkError(
        "tcp",
        "cdn.example",
        "ghcr.io sends on to another host; cdn.example: it cannot be reached",
        { sentOnBy: "ghcr.io" },
      )),
  },
  {
    id: "reg.throughput",
    when: "no release can be read",
    status: "skipped",
    found: /^no content could be read: ghcr\.io: tcp/,
    registry: (it) => void (it.readFailure = "tcp"),
  },
  {
    id: "reg.throughput",
    when: "the client breaks",
    status: "error",
    found: "boom",
    registry: (it) => void (it.readFailure = new TypeError("boom")),
  },
];

function read(bytes: number, tookMs: number): (registry: FakeRegistry) => void {
  return (registry) => void (registry.read = { bytes, tookMs });
}
