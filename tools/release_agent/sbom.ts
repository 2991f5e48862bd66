import { FLUX_CRDS_SHA256, FLUX_MODULES } from "../flux_crds.ts";
import { cycloneDx } from "./cyclonedx.ts";
import type { PackageFacts } from "./package_facts.ts";

/** What an SBOM is made from. */
export interface SbomInput {
  version: string;
  commit: string;
  /** The commit's date: the same commit gives the same SBOM. */
  committedAt: Date;
  denoVersion: string;
  packages: readonly PackageFacts[];
  /** Names (`name@version`) of the packages that the agent itself imports. */
  direct: readonly string[];
  /** Whether Flux's resource definitions are in the program. */
  hasFluxDefinitions: boolean;
  /** The programs of this release: file name and SHA-256. */
  programs: readonly { name: string; sha256: string }[];
}

const AGENT = "alga-agent";

/**
 * The parts of the program as CycloneDX 1.6 JSON: npm packages of which code is in it, the Deno runtime, Flux's definitions.
 * @see https://cyclonedx.org/docs/1.6/json/
 */
export function buildSbom(input: SbomInput): Record<string, unknown> {
  const packages = input.packages.map(packageComponent);
  const runtime = runtimeComponent(input.denoVersion);
  const definitions = input.hasFluxDefinitions ? [fluxComponent()] : [];
  const document = {
    metadata: {
      timestamp: input.committedAt.toISOString(),
      lifecycles: [{ phase: "build" }],
      tools: { components: [{ type: "application", name: "release-agent", version: input.version }] },
      component: {
        type: "application",
        "bom-ref": AGENT,
        name: AGENT,
        version: input.version,
        purl: `pkg:generic/${AGENT}@${input.version}`,
        licenses: licences("MIT"),
        properties: [{ name: "alga-agent:commit", value: input.commit }],
        components: input.programs.map(({ name, sha256 }) => ({
          type: "file",
          "bom-ref": `${AGENT}/${name}`,
          name,
          version: input.version,
          hashes: [{ alg: "SHA-256", content: sha256 }],
        })),
      },
    },
    components: [...packages, runtime, ...definitions],
    dependencies: [
      {
        ref: AGENT,
        dependsOn: [
          ...input.packages.filter((it) => input.direct.includes(`${it.name}@${it.version}`)).map(purlOf),
          runtime["bom-ref"],
          ...definitions.map((it) => it["bom-ref"]),
        ],
      },
      ...input.packages.map((it) => ({
        ref: purlOf(it),
        dependsOn: input.packages.filter((other) => it.uses.includes(`${other.name}@${other.version}`))
          .map(purlOf),
      })),
      ...[runtime, ...definitions].map((it) => ({ ref: it["bom-ref"], dependsOn: [] })),
    ],
  };
  return cycloneDx(document);
}

function packageComponent(it: PackageFacts) {
  const [group, name] = it.name.startsWith("@") ? it.name.split("/") : [undefined, it.name];
  return {
    type: "library",
    "bom-ref": purlOf(it),
    ...(group === undefined ? {} : { group }),
    name,
    version: it.version,
    purl: purlOf(it),
    licenses: licences(it.licence),
    hashes: [{ alg: "SHA-512", content: it.sha512 }],
  };
}

function runtimeComponent(version: string) {
  const purl = `pkg:github/denoland/deno@v${version}`;
  return {
    type: "platform",
    "bom-ref": purl,
    name: "deno",
    version,
    description: "The runtime that is compiled in",
    cpe: `cpe:2.3:a:deno:deno:${version}:*:*:*:*:*:*:*`,
    purl,
    licenses: licences("MIT"),
  };
}

function fluxComponent() {
  return {
    type: "data",
    "bom-ref": "flux-crds.yaml",
    name: "flux-crds.yaml",
    description: "Flux's resource definitions, from its controllers' Go modules",
    licenses: licences("Apache-2.0"),
    hashes: [{ alg: "SHA-256", content: FLUX_CRDS_SHA256 }],
    components: FLUX_MODULES.map((module) => {
      const [name = "", version = ""] = module.split("@");
      const purl = `pkg:golang/${module}`;
      return { type: "data", "bom-ref": purl, name, version, purl, licenses: licences("Apache-2.0") };
    }),
  };
}

/** @see https://github.com/package-url/purl-spec/blob/main/types-doc/npm-definition.md */
function purlOf({ name, version }: { name: string; version: string }): string {
  return `pkg:npm/${name.replace(/^@/, "%40")}@${version}`;
}

/** One identifier, or an expression of several. */
function licences(licence: string): Record<string, unknown>[] {
  return /^[\w.+-]+$/.test(licence) ? [{ license: { id: licence } }] : [{ expression: licence }];
}
