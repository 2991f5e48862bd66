import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { run } from "../vm/run.ts";

/** What a program tells of its build. */
type Told = Record<"builtAt" | "commit", string>;

/** The same program as another build, at a path here: in place of one word that it tells of itself stands another, as long. */
export async function anotherBuild(
  program: string,
  path: string,
  change: { word: keyof Told; to: (word: string) => string },
): Promise<string> {
  const word = (await tells(program))[change.word];
  const other = change.to(word);
  assert.equal(other.length, word.length);
  const bytes = Buffer.from(await Deno.readFile(program));
  // In the script, and in what V8 has made of it.
  const places: number[] = [];
  for (let at = bytes.indexOf(word); at >= 0; at = bytes.indexOf(word, at + 1)) places.push(at);
  assert.equal(places.length, 2, `${change.word} stands twice in the program, as it is`);
  for (const at of places) bytes.write(other, at);
  await Deno.writeFile(path, bytes, { mode: 0o755 });
  assert.equal((await tells(path))[change.word], other);
  return path;
}

async function tells(program: string): Promise<Told> {
  return JSON.parse(await run(program, ["version", "-o", "json"]));
}
