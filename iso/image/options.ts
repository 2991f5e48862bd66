import { parseArgs } from "node:util";
import { parseMaxAge } from "../base/require_age.ts";
import { orUsage, required } from "../options.ts";
import { IsoUsageError } from "../iso_error.ts";
import { requireText } from "../require_file.ts";
import { DISK_FORMATS, type ImageInput } from "./build_images.ts";

/** Reads the words behind `deno task image` that make images. @throws {IsoUsageError} If they do not fit together. */
export async function parseImageOptions(
  args: readonly string[],
  say: (line: string) => void,
): Promise<ImageInput> {
  const text = { type: "string" } as const;
  const { values } = orUsage(() =>
    parseArgs({
      args: [...args],
      options: {
        "from-disk": text,
        output: text,
        format: { type: "string", multiple: true },
        "max-age-days": text,
        key: text,
      },
    })
  );
  const disk = required(values["from-disk"], "--from-disk");
  const output = required(values.output, "--output");
  const { key, format = DISK_FORMATS } = values;
  const unknown = format.find((it) => !DISK_FORMATS.some((known) => known === it));
  if (unknown !== undefined) {
    throw new IsoUsageError(`--format is one of ${DISK_FORMATS.join(", ")}, not "${unknown}"`);
  }
  return {
    disk,
    output: output.replace(/(?<=.)\/+$/, ""),
    say,
    formats: DISK_FORMATS.filter((it) => format.includes(it)),
    maxAgeDays: parseMaxAge(values["max-age-days"]),
    privatePem: key === undefined ? undefined : await requireText("--key", key),
  };
}
