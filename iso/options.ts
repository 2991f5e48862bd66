import { parseArgs } from "node:util";
import { type Account, parsePasswordHash, parseSshKeys } from "./autoinstall/account.ts";
import type { BaseProof } from "./base/check_base.ts";
import type { IsoInput } from "./build_iso.ts";
import { IsoError } from "./iso_error.ts";
import type { VerifyOptions } from "./verify_image.ts";

const SEE = "deno task iso --help";

/** Reads the words behind `deno task iso` that make an image. @throws {IsoError} If they do not fit together. */
export async function parseBuildOptions(
  args: readonly string[],
  { repo, say }: Pick<IsoInput, "repo" | "say">,
): Promise<IsoInput> {
  const values = parseWords(args);
  const base = required(values.base, "--base");
  const output = required(values.output, "--output");
  const minDiskGib = Number(values["min-disk-gib"]);
  if (!Number.isInteger(minDiskGib) || minDiskGib < 1) {
    throw new IsoError(`--min-disk-gib is a number of GiB, not "${values["min-disk-gib"]}"`, SEE);
  }
  const { disk, k3s, key } = values;
  if (disk !== undefined && !/^\/dev\/[\w./:+-]+$/.test(disk)) {
    throw new IsoError(`--disk is a device such as /dev/disk/by-id/…, not "${disk}"`, SEE);
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
    images: values.images ?? [],
    ...(k3s === undefined ? {} : { k3sDir: k3s }),
    ...(key === undefined ? {} : { privatePem: await readFile(key) }),
  };
}

/** Reads the words behind `deno task iso verify`. @throws {IsoError} If they do not fit together. */
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
  if (image === undefined || more.length > 0) throw new IsoError("Name one image", SEE);
  const { manifest, json } = values;
  const key = values["public-key"];
  return {
    image,
    isJson: json,
    options: {
      ...(manifest === undefined ? {} : { manifestPath: manifest }),
      ...(key === undefined ? {} : { publicPem: await readFile(key) }),
    },
  };
}

/** What `parseArgs` says of an unknown option, as an error of ours. */
function orUsage<T>(parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw new IsoError(cause instanceof Error ? cause.message : String(cause), SEE, { cause });
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
        key: text,
      },
    }).values
  );
}

function proofOf(it: Words): BaseProof {
  if ((it.sha256 === undefined) === (it.sums === undefined)) {
    throw new IsoError("Say by what the base is proven: --sha256 or --sums", SEE);
  }
  if (it.sums === undefined) {
    if (it["sums-signature"] !== undefined || it.keyring !== undefined) {
      throw new IsoError("--sums-signature and --keyring prove --sums, which is missing", SEE);
    }
    const sha256 = it.sha256 ?? "";
    if (!/^[0-9a-f]{64}$/i.test(sha256)) throw new IsoError("--sha256 is 64 hexadecimal digits", SEE);
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
  if (isUser === it["no-account"]) {
    throw new IsoError("Say who can log in: --ssh-keys, --password-hash or both; or --no-account", SEE);
  }
  if (!isUser) return { kind: "none" };
  return {
    kind: "user",
    sshKeys: keys === undefined ? [] : parseSshKeys(await readFile(keys)),
    ...(hash === undefined ? {} : { passwordHash: parsePasswordHash(await readFile(hash)) }),
  };
}

function required(value: string | undefined, option: string): string {
  if (value === undefined) throw new IsoError(`${option} is missing`, SEE);
  return value;
}

async function readFile(path: string): Promise<string> {
  return await Deno.readTextFile(path).catch((cause) => {
    throw new IsoError(`"${path}" cannot be read`, "Name a file that is there", { cause });
  });
}
