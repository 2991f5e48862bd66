import type { Cause } from "../../causes/cause.ts";
import { MACHINE } from "../../causes/machine.ts";
import { DISK_ERRORS, DISK_FULL } from "../kernel_words.ts";

/** What the kernel says to whoever wants something of it, and the fault of the machine that it means. */
const KERNEL_SAYS: readonly { cause: Cause<Record<never, never>>; test: RegExp }[] = [
  {
    cause: MACHINE.diskErrors,
    test: DISK_ERRORS,
  },
  {
    cause: MACHINE.diskPressure,
    test: DISK_FULL,
  },
  // A volume may be read-only on purpose; the kubelet's own folders may not.
  {
    cause: MACHINE.diskReadOnly,
    test: /[a-z]{2,10} \/(?:var|run)\/[\w./:@-]{0,300}: read-only file system|readonly database/i,
  },
  { cause: MACHINE.outOfMemory, test: /cannot allocate memory|\bENOMEM\b/i },
];

/** Causes that {@link explainHostText} may give. */
export const HOST_CAUSES = KERNEL_SAYS.map((it) => it.cause);

/** The fault of this machine in what the kubelet or the container runtime says; the release is then not to blame. */
export function explainHostText(text: string): Cause<Record<never, never>> | undefined {
  return KERNEL_SAYS.find((it) => it.test.test(text))?.cause;
}
