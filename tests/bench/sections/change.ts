import { KINDS, type KubeClient } from "../../../k8s/mod.ts";
import type { RawClient } from "../../routes/raw_client.ts";
import { type Bench, percentile, type Row, type Section, spread } from "../section.ts";
import { openLivePage } from "../../walk/live_page.ts";

const NODE = "spare-node";
const RELEASE = {
  resource: KINDS.ConfigMap,
  namespace: "alga-system",
  name: "appliance-release-selection",
} as const;
const PAGES = 200;

/** From a change in the API to the open page and /api/status, beside a bare watch. */
export const changeSection: Section = {
  id: "change",
  title: "Change → page",
  async run(bench) {
    const rows: Row[] = [];
    for (const pods of bench.podCounts) {
      const there = await bench.bringTo(pods);
      rows.push(...await measureChange(bench, there, 1));
    }
    rows.push(...(await measureChange(bench, bench.podCounts.at(-1) ?? 0, PAGES)).slice(0, 1));
    return rows;
  },
};

/** What a change is measured on: an agent and a way into the cluster that it watches. */
export type Watched = Pick<Bench, "agent" | "rounds" | "say"> & { world: { client(): KubeClient } };

/** How long a change takes to each open page and to /api/status. */
export async function measureChange(bench: Watched, pods: number, pageCount: number): Promise<Row[]> {
  const { agent, world, rounds, say } = bench;
  const times = { page: [] as number[], status: [] as number[], watch: [] as number[] };
  const pages: RawClient[] = [];
  for (let i = 0; i < rounds * 5; i++) {
    say(`change ${i + 1} of ${rounds * 5}, ${pods} pods, ${pageCount} pages`);
    // Opened again now and then, since a page ends once it has grown long.
    if (i % 20 === 0) {
      for (const it of pages.splice(0)) it.close();
      pages.push(...await Promise.all(Array.from({ length: pageCount }, () => openLivePage(agent))));
    }
    const mark = `mark-${pageCount}-${pods}-${i}-`;
    const watch = await watchRelease(world, mark);
    const startMs = performance.now();
    const since = () => performance.now() - startMs;
    const [page, status, seen] = await Promise.all([
      Promise.all(pages.map((it) => it.until(mark))).then(since),
      statusShows(bench, mark).then(since),
      watch.seen.then(since),
      markRelease(world, mark),
    ]);
    times.page.push(page);
    times.status.push(status);
    times.watch.push(seen);
    await new Promise((resolve) => setTimeout(resolve, 30 + i % 7 * 10)); // not in step with anything
  }
  for (const it of pages) it.close();
  const floor = spread(times.watch);
  const page = [...times.page].sort((a, b) => a - b);
  const what = pageCount === 1 ? `open page, ${pods} pods` : `last of ${pageCount} open pages, ${pods} pods`;
  return [
    {
      name: what,
      unit: "ms",
      agent: spread(page),
      floor,
      ...(pageCount > 1 ? {} : { budget: { kind: "value", bound: "atMost", limit: 100 } as const }),
    },
    { name: `${what}: p99`, unit: "ms", agent: spread([percentile(page, 99)]) },
    { name: `/api/status, ${pods} pods`, unit: "ms", agent: spread(times.status), floor },
    {
      name: `/api/status, ${pods} pods: p99`,
      unit: "ms",
      agent: spread([percentile([...times.status].sort((a, b) => a - b), 99)]),
    },
  ];
}

/** A node that does not work, and says why in these words. */
export async function markNode(world: Watched["world"], message: string): Promise<void> {
  const kube = world.client();
  try {
    if (!await kube.get({ resource: KINDS.Node, name: NODE })) {
      await kube.create({ apiVersion: "v1", kind: "Node", metadata: { name: NODE }, spec: {} });
    }
    const condition = {
      type: "Ready",
      status: "False",
      reason: "KubeletNotReady",
      message,
      lastTransitionTime: "2026-01-01T00:00:00Z",
    };
    await kube.patch({ resource: KINDS.Node, name: NODE }, { status: { conditions: [condition] } }, {
      subresource: "status",
    });
  } finally {
    kube.close();
  }
}

/** The release that the page and the document name: a text that both show as it stands. */
async function markRelease(world: Watched["world"], version: string): Promise<void> {
  const kube = world.client();
  try {
    await kube.patch(RELEASE, { data: { releaseVersion: version } });
  } finally {
    kube.close();
  }
}

/** Starts a watch; `seen` resolves when it has met these words. */
async function watchRelease(world: Watched["world"], mark: string): Promise<{ seen: Promise<void> }> {
  const kube = world.client();
  const { namespace } = RELEASE;
  const { resourceVersion } = await kube.list(KINDS.ConfigMap, { namespace });
  const over = new AbortController();
  const events = kube.watch(KINDS.ConfigMap, { namespace, resourceVersion, signal: over.signal });
  const seen = (async () => {
    for await (const event of events) if (JSON.stringify(event).includes(mark)) break;
    over.abort();
    kube.close();
  })();
  return { seen };
}

async function statusShows({ agent }: Watched, mark: string): Promise<void> {
  const endMs = performance.now() + 30_000;
  while (performance.now() < endMs) {
    const answer = await fetch(`${agent.url}/api/status`, {
      headers: { authorization: `Bearer ${agent.token}` },
    });
    if ((await answer.text()).includes(mark)) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`/api/status never showed ${mark}`);
}
