import { basename } from "node:path";
import { parseArgs } from "node:util";
import { type Account, parsePasswordHash, parseSshKeys } from "./autoinstall/account.ts";
import type { BaseProof } from "./base/check_base.ts";
import { parseMaxAge } from "./base/require_age.ts";
import type { IsoInput } from "./build_iso.ts";
import { IsoUsageError } from "./iso_error.ts";
import { requireText } from "./require_file.ts";
import type { VerifyOptions } from "./verify_image.ts";

/** Reads the words behind `deno task iso` that make an image. @throws {IsoUsageError} If they do not fit together. */
export async function parseBuildOptions(
  args: readonly string[],
  { repo, say }: Pick<IsoInput, "repo" | "say">,
): Promise<IsoInput> {
  const values = parseWords(args);
  const base = required(values.base, "--base");
  const output = required(values.output, "--output");
  const minDiskGib = Number(values["min-disk-gib"]);
  if (!Number.isInteger(minDiskGib) || minDiskGib < 1) {
    throw new IsoUsageError(`--min-disk-gib is a number of GiB, not "${values["min-disk-gib"]}"`);
  }
  const { disk, k3s, key } = values;
  if (disk !== undefined && !/^\/dev\/[\w./:+-]+$/.test(disk)) {
    throw new IsoUsageError(`--disk is a device such as /dev/disk/by-id/…, not "${disk}"`);
  }
  return {
    repo,
    say,
    base,
    output,
    proof: proofOf(values),
    program: values.program ?? `${repo}.out/alga-agent`,
    account: await accountOf(values),
    diskChoice: { minDiskGib, ...(disk === undefined ? {} : { disk }) },
    images: distinct(values.images ?? []),
    maxAgeDays: parseMaxAge(values["max-age-days"]),
    ...(k3s === undefined ? {} : { k3sDir: k3s }),
    ...(key === undefined ? {} : { privatePem: await requireText("--key", key) }),
  };
}

/** Archives lie in one folder of the image, by their own names. */
function distinct(images: readonly string[]): readonly string[] {
  const names = images.map((it) => basename(it));
  const twice = names.find((it, i) => names.indexOf(it) !== i);
  if (twice === undefined) return images;
  throw new IsoUsageError(`--images names two archives "${twice}": one would replace the other`);
}

/** Reads the words behind `deno task iso verify`. @throws {IsoUsageError} If they do not fit together. */
export async function parseVerifyOptions(
  args: readonly string[],
): Promise<{ image: string; isJson: boolean; options: VerifyOptions }> {
  const text = { type: "string" } as const;
  const { values, positionals } = orUsage(() =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { manifest: text, "public-key": text, json: { type: "boolean", default: false } },
    })
  );
  const [image, ...more] = positionals;
  if (image === undefined || more.length > 0) throw new IsoUsageError("Name one image");
  const { manifest, json } = values;
  const key = values["public-key"];
  return {
    image,
    isJson: json,
    options: {
      ...(manifest === undefined ? {} : { manifestPath: manifest }),
      ...(key === undefined ? {} : { publicPem: await requireText("--public-key", key) }),
    },
  };
}

/** What `parseArgs` says of an unknown option, as an error of ours. */
export function orUsage<T>(parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw new IsoUsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

type Words = ReturnType<typeof parseWords>;

function parseWords(args: readonly string[]) {
  const text = { type: "string" } as const;
  return orUsage(() =>
    parseArgs({
      args: [...args],
      options: {
        base: text,
        sha256: text,
        sums: text,
        "sums-signature": text,
        keyring: text,
        output: text,
        "ssh-keys": text,
        "password-hash": text,
        "no-account": { type: "boolean", default: false },
        program: text,
        k3s: text,
        images: { type: "string", multiple: true },
        disk: text,
        "min-disk-gib": { type: "string", default: "60" },
        "max-age-days": text,
        key: text,
      },
    }).values
  );
}

function proofOf(it: Words): BaseProof {
  if ((it.sha256 === undefined) === (it.sums === undefined)) {
    throw new IsoUsageError("Say by what the base is proven: --sha256 or --sums");
  }
  if (it.sums === undefined) {
    if (it["sums-signature"] !== undefined || it.keyring !== undefined) {
      throw new IsoUsageError("--sums-signature and --keyring prove --sums, which is missing");
    }
    const sha256 = it.sha256 ?? "";
    if (!/^[0-9a-f]{64}$/i.test(sha256)) throw new IsoUsageError("--sha256 is 64 hexadecimal digits");
    return { kind: "sum", sha256 };
  }
  const { keyring } = it;
  const signature = it["sums-signature"];
  return {
    kind: "list",
    sums: it.sums,
    ...(signature === undefined ? {} : { signature }),
    ...(keyring === undefined ? {} : { keyring }),
  };
}

async function accountOf(it: Words): Promise<Account> {
  const keys = it["ssh-keys"];
  const hash = it["password-hash"];
  const isUser = keys !== undefined || hash !== undefined;
  if (isUser && it["no-account"]) {
    throw new IsoUsageError("--no-account stands alone: nobody logs in, neither with a key nor a password");
  }
  if (!isUser && !it["no-account"]) {
    throw new IsoUsageError("Say who can log in: --ssh-keys, --password-hash or both; or --no-account");
  }
  if (!isUser) return { kind: "none" };
  return {
    kind: "user",
    sshKeys: keys === undefined ? [] : parseSshKeys(await requireText("--ssh-keys", keys)),
    ...(hash === undefined
      ? {}
      : { passwordHash: parsePasswordHash(await requireText("--password-hash", hash)) }),
  };
}

/** The value of an option that must be given. @throws {IsoUsageError} If it is not. */
export function required(value: string | undefined, option: string): string {
  if (value === undefined) throw new IsoUsageError(`${option} is missing`);
  return value;
}
