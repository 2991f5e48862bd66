import assert from "node:assert/strict";
import { parseImageName } from "../../../agent/product/image_name.ts";

const DIGEST = `sha256:${"1".repeat(64)}`;

for (
  const [text, host, repository, reference] of [
    ["busybox:1.36", "docker.io", "library/busybox", "1.36"],
    ["redis", "docker.io", "library/redis", "latest"],
    ["rancher/local-path-provisioner:v0.0.31", "docker.io", "rancher/local-path-provisioner", "v0.0.31"],
    [`ghcr.io/fluxcd/helm-controller:v1.6.5@${DIGEST}`, "ghcr.io", "fluxcd/helm-controller", DIGEST],
    ["localhost:5000/a:1", "localhost:5000", "a", "1"],
  ] as const
) {
  Deno.test(`parseImageName() reads ${text}`, () => {
    assert.deepEqual(parseImageName(text), { host, repository, reference, name: text.split("@")[0] });
  });
}
