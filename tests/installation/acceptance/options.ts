import { parseArgs } from "node:util";
import type { IsoInput } from "../../../iso/build_iso.ts";
import { IsoUsageError } from "../../../iso/iso_error.ts";
import { orUsage, parseBuildOptions, required } from "../../../iso/options.ts";
import type { Firmware } from "../station.ts";

/** What a run is to try. */
export interface AcceptanceOptions {
  output: string;
  firmware: readonly Firmware[];
  /** Whether machines may run at full speed. */
  mayUseKvm: boolean;
  /** An image that is there; without it `build` gives the input of one, once there is a file with a key and a name for the image. */
  iso?: string;
  build?: (it: { publicKey: string; image: string }) => Promise<IsoInput>;
}

const FIRMWARE: readonly Firmware[] = ["BIOS", "UEFI"];
const OWN = ["iso", "output", "firmware", "no-kvm"];

/** Reads the words behind `deno task image-acceptance`. @throws {IsoUsageError} If they do not fit together. */
export async function parseAcceptanceOptions(
  args: readonly string[],
  { repo, say }: Pick<IsoInput, "repo" | "say">,
): Promise<AcceptanceOptions> {
  const text = { type: "string" } as const;
  const options = {
    ...{
      iso: text,
      output: text,
      base: text,
      sha256: text,
      sums: text,
      "sums-signature": text,
      keyring: text,
    },
    ...{ program: text, k3s: text, "max-age-days": text },
    firmware: { type: "string", multiple: true },
    images: { type: "string", multiple: true },
    "no-kvm": { type: "boolean", default: false },
  } as const;
  const { values, tokens } = orUsage(() => parseArgs({ args: [...args], options, tokens: true }));
  const output = required(values.output, "--output").replace(/(?<=.)\/+$/, "");
  const firmware = values.firmware ?? FIRMWARE;
  const unknown = firmware.find((it) => !FIRMWARE.some((known) => known === it));
  if (unknown !== undefined) throw new IsoUsageError(`--firmware is BIOS or UEFI, not "${unknown}"`);
  const own = {
    output,
    firmware: FIRMWARE.filter((it) => firmware.includes(it)),
    mayUseKvm: !values["no-kvm"],
  };
  const rest = tokens.flatMap((it) =>
    it.kind === "option" && !OWN.includes(it.name) ? [`--${it.name}`, it.value ?? ""] : []
  );
  if (values.iso !== undefined) {
    if (rest.length > 0) {
      throw new IsoUsageError(`--iso is an image that was made before; ${rest[0]} makes one`);
    }
    return { ...own, iso: values.iso };
  }
  if (values.base === undefined) {
    throw new IsoUsageError("Give --base to make an image, or --iso to take one");
  }
  // What does not fit together is said before anything is made.
  await parseBuildOptions([...rest, "--no-account", "--output", output], { repo, say });
  return {
    ...own,
    build: ({ publicKey, image }) =>
      parseBuildOptions([...rest, "--ssh-keys", publicKey, "--output", image], { repo, say }),
  };
}
