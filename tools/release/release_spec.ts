import { parse } from "yaml";
import * as z from "zod";
import { BackupWithinHours, PUBLISHED_PROFILES, TookMinutes } from "../../agent/release/manifest.ts";
import { ReleaseError } from "./release_error.ts";

const Tag = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, "must be an image tag");

/** What a person writes to publish a release. Everything else follows from the repository. */
export const ReleaseSpec = z.strictObject({
  version: Tag.describe("The release's version, and its tag"),
  profile: z.enum(PUBLISHED_PROFILES).default("single-node"),
  images: z.strictObject({ algaCore: Tag, workflowWorker: Tag, emailService: Tag, temporalWorker: Tag })
    .describe("Tags of the application's images"),
  charts: z.record(z.string(), z.string().min(1)).default({})
    .describe("Chart → version, for charts that are published elsewhere"),
  chartRepository: z.strictObject({
    url: z.string().regex(/^oci:\/\/[^/]+(\/[a-z0-9._-]+)+$/, 'must be like "oci://registry/path"'),
    insecure: z.boolean().default(false).describe("Plain HTTP"),
  }).default({ url: "oci://ghcr.io/nine-minds/charts", insecure: false }),
  releasedAt: z.iso.datetime().optional().describe(
    "When it is published; without it, the time of the commit",
  ),
  backupWithinHours: BackupWithinHours.optional().describe(
    "Age of a backup that is asked for before it, hours",
  ),
  upgradeFrom: z.array(z.string().min(1)).optional().describe("Releases from which one step leads here"),
  tookMinutes: TookMinutes.optional().describe("How long the update took where it was tried, in minutes"),
  notes: z.string().optional().describe("What is new, as text"),
  controlPlane: z.string().nullable().default(null),
  supportAgent: z.string().nullable().default(null),
  supportReceiptKeys: z.record(z.string(), z.string()).nullable().default(null),
});
export type ReleaseSpec = z.infer<typeof ReleaseSpec>;

/** @throws {ReleaseError} Naming the field that is wrong. */
export function parseReleaseSpec(text: string, name = "The release file"): ReleaseSpec {
  let data: unknown;
  try {
    data = parse(text, { logLevel: "error", maxAliasCount: 50 });
  } catch (cause) {
    throw new ReleaseError(
      `${name} is not YAML: ${(cause as Error).message.split("\n")[0]}`,
      "Fix the file",
      {
        cause,
      },
    );
  }
  const parsed = ReleaseSpec.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new ReleaseError(
    `${name} cannot be used: ${
      parsed.error.issues.map((it) => `${it.path.join(".") || "it"}: ${it.message}`).join("; ")
    }`,
    'Fix the fields named; "deno task release --help" shows an example',
  );
}
