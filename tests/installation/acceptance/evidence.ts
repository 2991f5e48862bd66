import type { DiskFormat } from "../../../iso/image/build_images.ts";
import type { BuildInfo } from "../../../iso/payload/build_info.ts";
import type { DiskFacts } from "../disk_facts.ts";
import type { Firmware } from "../station.ts";

/** What a run has seen of an image and its machines. Whatever was not tried is missing. */
export interface Evidence {
  image: ImageEvidence;
  /** Starts that went as far as the installer's system, and what stopped the others; by the item's words. */
  starts: Partial<Record<Start, string>>;
  machines: Partial<Record<Firmware, MachineEvidence>>;
  /** Why a machine did not come to the end of its way. */
  broken?: Partial<Record<Firmware, string>>;
  /** What the serial line said where each disk has data, and whether both were left alone. */
  full?: { said: string; isUntouched: boolean };
}

/** A way to start an image; the value beside it is "" where it worked, else what was wrong. */
export type Start = "BIOS, CD" | "BIOS, USB" | "UEFI, CD" | "UEFI, USB" | "UEFI, Secure Boot";

/** What was seen of the image itself. */
export interface ImageEvidence {
  build: BuildInfo;
  /** What verification found; and sums of its folder's list that differ. */
  problems: string[];
  /** Whether this run made it from a base that its maker's signature has proven. */
  isProven?: boolean;
  /** Of the image, and of the one that was made a second time. */
  sha256: string;
  again?: string;
  /** Name → SHA-256, of what lies beside the image. */
  sums?: Record<string, string>;
}

/** What was seen of a machine that an image has installed. */
export interface MachineEvidence {
  /** Whether its link had a cable; there never was a way to the internet. */
  hasCable: boolean;
  installSec: number;
  /** The serial line while it installed. */
  menu: string;
  isOtherUntouched: boolean;
  /** Its disk before the first start, and after it. */
  installed: DiskFacts;
  started: DiskFacts;
  /** The first start's serial line, and the token that it showed. */
  said: string;
  token: string;
  /** What `/healthz` answered; missing where no request could reach the machine. */
  health?: string;
  images?: ImagesEvidence;
}

/** What was seen of the images of a machine's disk, and of the machines that started from the QCOW2. */
export interface ImagesEvidence {
  names: string[];
  /** Name → SHA-256. */
  sums?: Record<string, string>;
  /** The forms that were asked for. */
  asked: readonly DiskFormat[];
  /** What verification found, each with the image's name. */
  problems: string[];
  /** Whether the machine had been cut off before its disk was taken. */
  isOfCutDisk: boolean;
  copies: DiskFacts[];
}
