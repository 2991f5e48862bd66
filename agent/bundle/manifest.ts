import * as z from "zod";

/** Of what kind this is, and its format. */
export const BUNDLE_SCHEMA = "alga.appliance.bundle/v1";

const Counts = z.record(z.string(), z.number());

const FileRow = z.object({
  path: z.string(),
  collector: z.string(),
  sizeBytes: z.number(),
  sha256: z.string(),
  /** Why not all of it is there; absent when it is whole. */
  truncated: z.string().optional(),
  /** How often each rule found something in it. */
  redactions: Counts,
});

const CollectorRow = z.object({
  id: z.string(),
  title: z.string(),
  /** `partial`: something of it is missing. */
  status: z.enum(["complete", "partial", "failed", "not-started"]),
  ms: z.number(),
  /** What was not to be had, and why. */
  missing: z.array(z.object({ what: z.string(), why: z.string() })),
  /** What is not on this machine, which is no fault. */
  absent: z.array(z.string()).default([]),
});

/** `manifest.json` of a bundle: what is in it, what is not and why, and what was taken out. */
export const BundleManifest = z.object({
  schema: z.literal(BUNDLE_SCHEMA),
  id: z.string(),
  createdAt: z.string(),
  finishedAt: z.string(),
  /** Who asked for it: a browser's address, the command line. */
  by: z.string(),
  agent: z.object({ version: z.string(), commit: z.string() }),
  /** Addresses and names were replaced by made-up ones. */
  strict: z.boolean(),
  /** Why it ended before everything was collected; absent when it did not. */
  endedEarly: z.string().optional(),
  knownValues: z.object({ count: z.number(), leftOut: z.number(), problems: z.array(z.string()) }),
  collectors: z.array(CollectorRow),
  files: z.array(FileRow),
  /** Files that were not taken: what cannot be redacted does not leave. */
  skipped: z.array(z.object({ path: z.string(), collector: z.string(), why: z.string() })),
  redactions: Counts,
});

export type BundleManifest = z.infer<typeof BundleManifest>;
export type BundleFileRow = z.infer<typeof FileRow>;
export type CollectorRow = z.infer<typeof CollectorRow>;
