/** No room on a disk. Tables of the kernel (control groups, name spaces) have their ends in the same words, and are no disk. */
export const DISK_FULL =
  /(?<!\/(?:sys|proc)\/[^\s:]{0,200}: )no space left on device|disk quota exceeded|database or disk is full/i;
/** The disk, or what is behind it, cannot be read or written. SQLite calls a full one "disk I/O error: no space left on device". */
export const DISK_ERRORS =
  /input\/output error|\bi\/o error\b(?!: no space left)|structure needs cleaning|\bEIO\b/i;
/** The kubelet has not got from Kubernetes what a pod is to be given. */
export const NOT_SYNCED = /failed to sync \w{1,20} cache/i;
/** A setting that a pod or a release asks for, and that is not there. Its name is the first group. */
export const MISSING_OBJECT = /(?:configmaps?|secrets?) "([^"]+)" not found/i;
