/** "4.1 of 9.6 GB", "12 of 31 images": how far something has come. */
export function progressText(
  { unit, done, total }: { unit: "bytes" | "images" | "objects"; done: number; total?: number },
): string {
  const [count, name] = unit === "bytes" ? [gigabytes, "GB"] : [String, unit];
  return total === undefined ? `${count(done)} ${name}` : `${count(done)} of ${count(total)} ${name}`;
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(1);
}
