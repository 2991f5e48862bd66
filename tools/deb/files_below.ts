/** Files below a folder, relative to it, sorted by their bytes. */
export async function filesBelow(dir: string, below = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${dir}/${below}`)) {
    if (isDirectory) found.push(...await filesBelow(dir, `${below}${name}/`));
    else found.push(below + name);
  }
  return found.sort();
}
