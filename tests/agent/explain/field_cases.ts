import type { Snapshot } from "../../../agent/facts/snapshot.ts";
import { type Cluster, healthyCluster, snapshotOf } from "../status/objects.ts";

/** A situation of a real site as it was handed over: raw objects, and the rest of a snapshot. */
interface FieldCase {
  title: string;
  healthy?: boolean;
  cluster: Partial<Cluster>;
  more?: Partial<Snapshot>;
}

const FOLDER = new URL("./testdata/field/", import.meta.url);

/** Situations of real sites, copied from the files that issue 12 names (`../shared/cases`), by file and title. */
export const FIELD_CASES: readonly { name: string; file: string; snapshot: Snapshot }[] = [
  ...Deno.readDirSync(FOLDER),
].map((it) => it.name).sort().flatMap((file) => {
  const cases: FieldCase[] = JSON.parse(Deno.readTextFileSync(new URL(file, FOLDER)));
  return cases.map(({ title, healthy, cluster, more }) => ({
    name: `${file}: ${title}`,
    file,
    snapshot: snapshotOf({ ...(healthy ? healthyCluster() : {}), ...cluster }, more),
  }));
});
