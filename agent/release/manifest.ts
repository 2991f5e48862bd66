import * as z from "zod";
import { HELM_RELEASES, valuesKey } from "../product/helm_releases.ts";

/** Digest of an OCI manifest or blob. */
export const Digest = z.string().regex(
  /^sha256:[0-9a-f]{64}$/,
  'must be "sha256:" and 64 lower-case hex digits',
);

/** The profile that today's bundles can install. */
const SUPPORTED_PROFILE = "single-node";
/** Profiles that releases are built for; appliances take the supported one alone. */
export const PUBLISHED_PROFILES = [SUPPORTED_PROFILE, "ha-3node"] as const;

/** A tag as registries accept it (OCI distribution spec, "Pulling manifests"). */
export const Tag = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, "is not an image tag");

/** A repository with its registry host and no scheme ("ghcr.io/nine-minds/alga-appliance-config"). */
export const RepositoryName = z.string().regex(
  /^[A-Za-z0-9][A-Za-z0-9.-]*(:\d{1,5})?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)+$/,
  'must be a registry host and a repository, without "oci://"',
);

/** Architectures for which there is an agent, named as its files are. */
export const AGENT_ARCHITECTURES = ["x64", "arm64"] as const;

/** The newest agent at the time of a release: a blob of a repository, by its checksum, with a signature of its own. */
export const AgentOffer = z.object({
  version: z.string().regex(
    /^\d{1,6}\.\d{1,6}\.\d{1,6}(-[0-9A-Za-z.-]{1,40})?$/,
    "must be a version like 1.2.0",
  ),
  repository: RepositoryName,
  programs: z.partialRecord(
    z.enum(AGENT_ARCHITECTURES),
    z.object({
      sha256: z.string().regex(/^[0-9a-f]{64}$/, "must be 64 lower-case hex digits"),
      /** ECDSA on P-256 over the program's SHA-256, DER, base64: as "cosign sign-blob" gives it. */
      signature: z.base64().min(8).max(200),
    }),
  ),
});
export type AgentOffer = z.infer<typeof AgentOffer>;

/** Fields that the agent does not look at: whatever is in them, a release can be installed. */
const UNREAD = {
  channel: z.string().optional().catch(undefined),
  charts: z.record(z.string(), z.string()).default({}).catch({}),
  supportReceiptKeys: z.record(z.string(), z.string()).nullish().catch(undefined),
};

/** Null stands for nothing: some tools write every field. */
const OptionalTag = Tag.nullish().transform((it) => it ?? undefined);

/** Hours from 1 to 30 days. */
export const BackupWithinHours = z.int().min(1).max(720);
/** What is asked for where a release asks for a backup in a way that cannot be read, in hours. */
const USUAL_BACKUP_HOURS = 24;

/** In minutes: usually, and at most. */
export const TookMinutes = z.strictObject({
  usual: z.int().min(1).max(10_000),
  longest: z.int().min(1).max(10_000),
});

const Manifest = z.object({
  schema: z.literal("alga.appliance.release/v1").optional(),
  version: z.string().trim().min(1, "must not be empty"),
  channel: z.string().optional(),
  valuesProfile: z.literal(SUPPORTED_PROFILE).default(SUPPORTED_PROFILE),
  images: z.object({
    algaCore: Tag,
    workflowWorker: OptionalTag,
    emailService: OptionalTag,
    temporalWorker: OptionalTag,
  }),
  controlPlane: z.string().nullish(),
  config: z.object({ repository: RepositoryName, digest: Digest, tag: OptionalTag }),
  charts: z.record(z.string(), z.string()).default({}),
  profileValues: z.record(z.string(), z.string()),
  supportAgent: z.string().nullish(),
  /** Keys of age(1) to which support bundles may be encrypted; others than those are left out. */
  supportRecipients: z.array(z.string()).nullish(),
  supportReceiptKeys: z.record(z.string(), z.string()).nullish(),
  /** Releases from which one step leads here, oldest first; without it nothing is said. */
  upgradeFrom: z.array(z.string()).optional(),
  /** When it was published. It is signed with the rest, so that an older release cannot be shown in place of a newer one. */
  releasedAt: z.iso.datetime().optional(),
  /** It changes data in a way that cannot be undone: a backup not older than this, in hours, is asked for before it. */
  backupWithinHours: BackupWithinHours.optional(),
  /** How long the update to it took where it was tried, in minutes. Anything else is passed over. */
  tookMinutes: TookMinutes.optional().catch(undefined),
  /** What is new, as text. One that is not text is passed over. */
  notes: z.string().optional().catch(undefined),
  /** The agent that belongs to it; it may be fetched before the release is. */
  agent: AgentOffer.optional(),
});

/** A release manifest as appliances take it. Unknown fields are ignored. */
export const ReleaseManifest = Manifest.extend({
  ...UNREAD,
  // Null stands for nothing here, too.
  schema: Manifest.shape.schema.nullish(),
  valuesProfile: Manifest.shape.valuesProfile.nullish().transform((it) => it ?? SUPPORTED_PROFILE),
  upgradeFrom: Manifest.shape.upgradeFrom.nullish(),
  // Only noted down, as text.
  controlPlane: z.string().nullish().catch(undefined),
  supportAgent: z.string().nullish().catch(undefined),
  supportRecipients: z.array(z.unknown())
    .transform((all) => all.filter((it): it is string => typeof it === "string"))
    .nullish().catch(undefined),
  config: z.object({ repository: RepositoryName, digest: Digest, tag: Tag.optional().catch(undefined) }),
  releasedAt: z.iso.datetime().optional().catch(undefined),
  backupWithinHours: BackupWithinHours.nullish().catch(USUAL_BACKUP_HOURS),
  // Whatever is wrong with it, the release itself can be installed.
  agent: AgentOffer.optional().catch(undefined),
  // Of other profiles and parts there may be anything.
  profileValues: z.record(z.string(), z.unknown()).transform((all) =>
    Object.fromEntries(Object.entries(all).filter((it): it is [string, string] => typeof it[1] === "string"))
  ),
}).superRefine(requireAllValues);
export type ReleaseManifest = z.infer<typeof ReleaseManifest>;

/** The same as it may be published: also for a profile that no appliance takes yet. */
export const PublishedManifest = Manifest.extend({ valuesProfile: z.enum(PUBLISHED_PROFILES) })
  .superRefine(requireAllValues);
export type PublishedManifest = z.infer<typeof PublishedManifest>;

function requireAllValues(
  manifest: { valuesProfile: string; profileValues: Record<string, string> },
  context: z.RefinementCtx,
): void {
  for (const name of HELM_RELEASES) {
    const key = valuesKey(name, manifest.valuesProfile);
    if (manifest.profileValues[key] === undefined) {
      context.addIssue({ code: "custom", path: ["profileValues", key], message: "is missing" });
    }
  }
}

/** A resolved release: what a channel or a pin pointed at, once, and never again. */
export interface ResolvedRelease {
  /** Channel, version tag or digest that was asked for. */
  reference: string;
  channel: "stable" | "nightly";
  registryHost: string;
  /** Repository path of the release pointer without the host. */
  repository: string;
  /** Digest of the pointer's manifest; an update is available when the channel's differs. */
  manifestDigest: string;
  manifest: ReleaseManifest;
}

/** A registry and a repository of it, without the host: where releases lie, and what they name. */
export type ReleasePlace = Pick<ResolvedRelease, "registryHost" | "repository">;

/** Conventional place of release pointers. */
export const RELEASE_REGISTRY = "ghcr.io";
export const RELEASE_REPOSITORY = "nine-minds/alga-appliance-release";
export const PUBLISHED_PLACE: ReleasePlace = {
  registryHost: RELEASE_REGISTRY,
  repository: RELEASE_REPOSITORY,
};

/** The place that a repository with its registry names ("ghcr.io/example/releases"). */
export function placeOf(name: string): ReleasePlace {
  const slash = name.indexOf("/");
  return { registryHost: name.slice(0, slash), repository: name.slice(slash + 1) };
}

/** Whether two places are one. */
export function isSamePlace(one: ReleasePlace, other: ReleasePlace): boolean {
  return one.registryHost === other.registryHost && one.repository === other.repository;
}
