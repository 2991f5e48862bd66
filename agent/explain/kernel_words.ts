/**
 * No room on a disk. Tables of the kernel (control groups, name spaces, file watches, keys) and memory that programs share have their
 * ends in the same words, and are no disk.
 */
export const DISK_FULL =
  /(?<!\/(?:sys|proc)\/[^\s:]{0,200}: |\/dev\/shm\/[^\s:]{0,200}: |\b(?:inotify|fsnotify)\w{0,20}.{0,200}|shared memory segment .{0,120})no space left on device(?!, watch)|(?<!\b(?:session key|keyring|keyctl|add_key)\b.{0,120})disk quota exceeded|database or disk is full/i;
/** The disk, or what is behind it, cannot be read or written. SQLite calls a full one "disk I/O error: no space left on device". */
export const DISK_ERRORS =
  /input\/output error|\bi\/o error\b(?!: no space left)|structure needs cleaning|\bEIO\b/i;
/** The kubelet has not got from Kubernetes what a pod is to be given. */
export const NOT_SYNCED = /failed to sync \w{1,20} cache/i;
/** A setting that a pod or a release asks for, and that is not there. Its name is the first group. */
export const MISSING_OBJECT = /(?:configmaps?|secrets?) "([^"]+)" not found/i;
/** A namespace on its way out, by its name. @see kubernetes v1.36.3 plugin/pkg/admission/namespace/lifecycle/admission.go */
export const NAMESPACE_ENDS =
  /unable to create new content in namespace (?<rule>[\w-]{1,63}) because it is being terminated/i;
/** No more files may be watched, in the words of Go, Node.js, .NET and libc. */
export const FILE_WATCHES =
  /(?:\b(?:inotify|fsnotify)\w*|\bFS watcher|directory watch)\b.{0,200}(?:too many open files|no space left on device|exhausted|has been reached)|number of (?:file watchers|inotify instances)|EMFILE: too many open files, watch|ENOSPC: no space left on device, watch/i;
/** The ring of keys that each container gets. */
export const KERNEL_KEYS =
  /\b(?:session key(?:ring)?|keyring|keyctl|add_key)\b.{0,120}(?:disk quota exceeded|no space left on device)/i;
/** Neither a process nor a thread can be made. */
export const PROCESS_LIMIT =
  /(?:fork(?:\/exec)?\b|\bclone\b|pthread_create|new OS thread|\bspawn\b|create (?:a )?(?:new )?thread).{0,200}(?:resource temporarily unavailable|\bEAGAIN\b|errno=11)|can't start new thread/i;
/** The files that are open are too many for the whole machine. */
export const OPEN_FILES_OF_ALL = /too many open files in system|\bENFILE\b/i;
/** The same, said by what makes containers: it holds more files than any other. */
export const OPEN_FILES = /too many open files|\bENFILE\b/i;
/** AppArmor keeps a container from its start. @see containerd v2.3.7 contrib/apparmor, runc libcontainer/apparmor */
export const APPARMOR =
  /\bapparmor_parser\b|\bapparmor (?:failed to apply profile|profile|spec opts)|enforce AppArmor/i;
