import type { UpdateView } from "./update_service.ts";

/** "1.4.0 → 1.5.0 → 1.6.0": from the installed release to the one that could be installed, and over which. Pure. */
export function wayText({ installed, news, way }: Pick<UpdateView, "installed" | "news" | "way">): string {
  const releases = way ?? [{ version: news.target?.version ?? "?" }];
  return [installed?.version ?? "?", ...releases.map((it) => it.version)].join(" → ");
}
