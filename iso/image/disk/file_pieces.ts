/** Reads from a place of a file until the buffer is full or the file ends. Gives how many bytes there were. */
export async function readAt(file: Deno.FsFile, at: number, into: Uint8Array): Promise<number> {
  await file.seek(at, Deno.SeekMode.Start);
  let got = 0;
  while (got < into.length) {
    const count = await file.read(into.subarray(got));
    if (count === null) break;
    got += count;
  }
  return got;
}

/** Writes all of these bytes at a place of a file. */
export async function writeAt(file: Deno.FsFile, at: number, bytes: Uint8Array): Promise<void> {
  await file.seek(at, Deno.SeekMode.Start);
  for (let put = 0; put < bytes.length;) put += await file.write(bytes.subarray(put));
}
