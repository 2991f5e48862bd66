import { THIRD_PARTS } from "../../agent/product/pins.ts";
import { cycloneDx } from "../../tools/release_agent/cyclonedx.ts";
import type { DebianPackage } from "./debian_packages.ts";
import type { Manifest } from "./manifest.ts";

/**
 * The parts of an image as CycloneDX 1.6 JSON: the base, the agent, and what the agent brings or fetches. The base's own packages
 * are listed by Ubuntu, in the `.manifest` files of its `/casper`, and on a disk by dpkg(1); the agent's by its own SBOM.
 * @see https://cyclonedx.org/docs/1.6/json/
 */
export function imageSbom(
  { build, image, files }: Manifest,
  packages: readonly DebianPackage[] = [],
): Record<string, unknown> {
  const ref = `${build.product}@${build.version}`;
  const base = {
    type: "operating-system",
    "bom-ref": "base",
    name: build.base.name,
    version: /\d+\.\d+(?:\.\d+)?/.exec(build.base.name)?.[0] ?? "",
    hashes: [{ alg: "SHA-256", content: build.base.sha256 }],
  };
  const agent = {
    type: "application",
    "bom-ref": "alga-agent",
    name: "alga-agent",
    version: build.version,
    purl: `pkg:deb/alga-agent@${build.version}?arch=amd64`,
    licenses: [{ license: { id: "MIT" } }],
    properties: [{ name: "alga-agent:commit", value: build.commit }],
    hashes: files.filter((it) => it.path.endsWith("/alga-agent.deb"))
      .map((it) => ({ alg: "SHA-256", content: it.sha256 })),
  };
  const parts = THIRD_PARTS.map(({ name, version, licence, how }) => ({
    type: how === "pulled" ? "container" : "application",
    "bom-ref": `part:${name}`,
    name,
    ...(version === "" ? {} : { version }),
    licenses: [{ license: { id: licence } }],
    properties: [{ name: "alga-appliance:how", value: how }],
  }));
  const installed = packages.filter((it) => it.name !== agent.name).map((
    { name, version, architecture },
  ) => ({
    type: "library",
    "bom-ref": `deb:${name}:${architecture}`,
    name,
    version,
    purl: `pkg:deb/ubuntu/${name}@${encodeURIComponent(version)}?arch=${architecture}`,
  }));
  const components = [base, agent, ...parts, ...installed];
  const document = {
    metadata: {
      timestamp: build.builtAt,
      component: {
        type: "operating-system",
        "bom-ref": ref,
        name: build.product,
        version: build.version,
        hashes: [{ alg: "SHA-256", content: image.sha256 }],
      },
    },
    components,
    dependencies: [{ ref, dependsOn: components.map((it) => it["bom-ref"]) }],
  };
  return cycloneDx(document);
}
