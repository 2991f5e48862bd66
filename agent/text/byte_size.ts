/** Bytes of a gibibyte: memory and disks are counted in these. */
export const GIB = 1024 ** 3;

/** "11.7 GiB": memory. */
export function gibText(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`;
}

/** "38 MiB" or "1.1 GiB": memory of one program, or of one volume. */
export function memoryText(bytes: number): string {
  return bytes < GIB ? `${Math.ceil(bytes / 1024 ** 2)} MiB` : gibText(bytes);
}

/** "182 GiB", rounded down: room on a disk is never told larger than it is. */
export function wholeGibText(bytes: number): string {
  return `${Math.floor(bytes / GIB)} GiB`;
}

/** "73 MB", or "20 of 73 MB" of what is on its way; files and downloads are counted in these. */
export function mbText(bytes: number, totalBytes?: number): string {
  const mb = (count: number) => Math.round(count / 1e6);
  return totalBytes === undefined ? `${mb(bytes)} MB` : `${mb(bytes)} of ${mb(totalBytes)} MB`;
}

/** "4.1 GB", or "4.1 of 9.6 GB" of what is on its way: images of a whole release. */
export function gbText(bytes: number, totalBytes?: number): string {
  const gb = (count: number) => (count / 1e9).toFixed(1);
  return totalBytes === undefined ? `${gb(bytes)} GB` : `${gb(bytes)} of ${gb(totalBytes)} GB`;
}

/** "840 kB" or "3.2 MB": sizes of files that may be small. */
export function byteText(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
