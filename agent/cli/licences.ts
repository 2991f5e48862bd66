import { besideModule } from "../beside_module.ts";
import { THIRD_PARTS, type ThirdPart } from "../product/pins.ts";

/** The licence texts that were put into this program when it was compiled; `undefined` when it runs from source. */
export async function readLicenceTexts(): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(besideModule("licences.txt", import.meta.url));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

const HOW: Readonly<Record<ThirdPart["how"], string>> = {
  inside: "Inside this program",
  fetched: "Fetched by setup",
  pulled: "Pulled by the cluster",
};

/** What others made, for people; the texts follow the list. */
export function licencesText(texts: string | undefined): string {
  const width = Math.max(...THIRD_PARTS.map((it) => it.name.length));
  const lists = Object.entries(HOW).map(([how, title]) => {
    const lines = THIRD_PARTS.filter((it) => it.how === how).map((it) =>
      `  ${it.name.padEnd(width)}  ${(it.version || "as k3s names it").padEnd(16)} ${it.licence}`
    );
    return `${title}\n${lines.join("\n")}\n`;
  });
  const inside = texts ?? "The licences themselves are in the compiled program; this one runs from source.\n";
  return `${lists.join("\n")}\n${inside}`;
}
