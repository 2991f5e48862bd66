import type { Hardware, Machine } from "../vm/machine.ts";
import type { FirewallReader } from "./disk_facts.ts";

/** What differs between Ubuntu's image and the stand-in; everything else of an installation is the same walk. */
export interface ImageKind {
  /** Of the empty disk, of the one with data, and of the disk that a copy starts with, in GiB. */
  diskGib: number;
  otherGib: number;
  copyGib: number;
  hardware: Hardware;
  /** Longest time of an installation and of a start. */
  longSec: number;
  /** On the serial line once the installer's system runs, or has failed. */
  running: RegExp;
  /** From there to where the machine would start again. */
  installs(machine: Machine): Promise<void>;
  /** Ends a machine that shows its token so that its disk has all of it; `dir` is the machine's folder. */
  end(machine: Machine, dir: string): Promise<void>;
  firewall: FirewallReader;
}
