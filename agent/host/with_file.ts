/**
 * Opens a file, lets `use` work with it, and closes it on every way out. Not `using`: the bundler drops the dispose where the
 * variable is named once, and each call then keeps a file descriptor for ever.
 */
export async function withFile<T>(
  path: string,
  options: Deno.OpenOptions,
  use: (file: Deno.FsFile) => Promise<T>,
): Promise<T> {
  const file = await Deno.open(path, options);
  try {
    return await use(file);
  } finally {
    file.close();
  }
}
