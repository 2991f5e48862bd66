import * as z from "zod";
import { type Clock, isoNow } from "../../clock.ts";
import type { Host } from "../../host/host.ts";
import { readStateFile, writeStateFile } from "../../state/json_file.ts";
import { PATHS } from "../../state/paths.ts";
import type { SetupInputs } from "./schema.ts";
import { StoredInputs, withoutSecrets } from "./stored.ts";

const SCHEMA_VERSION = 1;

const DraftFile = z.object({
  answers: StoredInputs.omit({ adminPassword: true }),
  proxyHadPassword: z.boolean(),
});

/** Answers of the form that were checked and not yet sent off. Passwords are not among them: they stay in memory. */
export interface Draft {
  answers: Omit<SetupInputs, "adminPassword">;
  /** The proxy was given with a user name or password, which has to be typed again. */
  proxyHadPassword: boolean;
}

/** The newest draft that the disk holds; `undefined` when there is none, and when it cannot be read. */
export async function readDraft(host: Host, clock: Clock): Promise<Draft | undefined> {
  const read = await readStateFile(host, PATHS.setupDraft, DraftFile, {
    clock,
    schemaVersion: SCHEMA_VERSION,
  })
    .catch(() => undefined);
  return read?.status === "ok" ? read.value : undefined;
}

/** Keeps a draft, 0600, without any password. */
export async function writeDraft(host: Host, clock: Clock, inputs: SetupInputs): Promise<void> {
  const answers = withoutSecrets(inputs);
  const proxyHadPassword = answers.proxyUrl !== inputs.proxyUrl;
  await writeStateFile(
    host,
    PATHS.setupDraft,
    { savedAt: isoNow(clock), answers, proxyHadPassword },
    SCHEMA_VERSION,
  );
}
