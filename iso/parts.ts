import { isThere } from "./output_folder.ts";

/** The folder in which an image comes about; what is whole in it is not made again. */
export class Parts {
  constructor(readonly dir: string) {}

  /** A part by its name, made where it is not there; half a part has another name. `how` writes to the path that it gets. */
  async make(name: string, how: (path: string) => Promise<void>): Promise<string> {
    const path = `${this.dir}/${name}`;
    if (await isThere(path)) return path;
    await Deno.mkdir(this.dir, { recursive: true });
    const half = `${path}.half`;
    await Deno.remove(half).catch(() => {}); // of a run that was interrupted, if at all
    try {
      await how(half);
    } catch (error) {
      await Deno.remove(half).catch(() => {}); // if it came so far
      await Deno.remove(this.dir).catch(() => {}); // unless other parts are in it
      throw error;
    }
    await Deno.rename(half, path);
    return path;
  }
}
