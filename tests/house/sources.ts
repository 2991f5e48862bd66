/** The checkout's folder, with a slash at its end. */
export const REPO = new URL("../..", import.meta.url).pathname;

/** Folders of the program; the workshops (`tools`, `tests`) are not among them. */
const PRODUCT_FOLDERS = ["agent/", "routes/", "views/", "k8s/", "flux/", "systemd/"];

/** Every TypeScript file below a folder of the checkout, by its path there. */
export async function sources(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(REPO + folder)) {
    const path = `${folder}${entry.name}`;
    if (entry.isDirectory) found.push(...await sources(`${path}/`));
    else if (path.endsWith(".ts")) found.push(path);
  }
  return found.sort();
}

/** Every TypeScript file of the program. */
export async function productFiles(): Promise<string[]> {
  return ["main.ts", ...(await Promise.all(PRODUCT_FOLDERS.map(sources))).flat()];
}

/** The program's files and those of the workshops: everything that is in a room. */
export async function housedFiles(): Promise<string[]> {
  return [
    ...await productFiles(),
    ...await sources("tools/"),
    ...await sources("iso/"),
  ];
}
