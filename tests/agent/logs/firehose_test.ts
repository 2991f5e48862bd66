import assert from "node:assert/strict";
import { systemClock } from "../../../agent/clock.ts";
import { RealHost } from "../../../agent/host/real_host.ts";
import { createLogService } from "../../../agent/logs/log_service.ts";
import type { LogPage } from "../../../agent/logs/read_page.ts";
import { ANY } from "../../../agent/logs/query.ts";
import { knownValues } from "../../../agent/text/redact/known_values.ts";
import { until } from "../../until.ts";

const MIB = 1024 * 1024;
const FLOOD_MIB = 200;
/** What the kubelet keeps of a file. */
const FILE_MIB = 10;

/** Of this file's own heap: the memory of the process is that of every test which runs beside this one, too. */
function ownBytes(): number {
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

Deno.test("a pod that floods its log with 200 MiB, and a line of 10 MB, cost a page that follows little memory", async () => {
  const root = await Deno.makeTempDir({ prefix: "alga-flood-" });
  try {
    const folder = `${root}/var/log/pods/msp_db-0_0b1c/db`;
    await Deno.mkdir(folder, { recursive: true });
    const path = `${folder}/0.log`;
    const logs = createLogService({
      host: new RealHost(root),
      clock: systemClock,
      connectKube: () => Promise.resolve(undefined),
      pods: () => [],
      readKnown: () => Promise.resolve(knownValues([])),
    });
    let number = 0;
    const stamp = () =>
      new Date(Date.now()).toISOString().replace("Z", `${String(number++).padStart(6, "0")}Z`);
    const line = (text: string, tag = "F") => `${stamp()} stdout ${tag} ${text}\n`;
    await Deno.writeTextFile(path, line("the beginning"));
    const query = { ...ANY, source: "msp/db" };
    const stop = new AbortController();
    const page = await logs.page(query, { limit: 100, signal: stop.signal }) as LogPage;
    let [seen, leftOutBytes, peak] = [0, 0, 0];
    const texts = new Set<string>();
    const before = ownBytes();
    const following = (async () => {
      for await (const news of logs.follow(query, page, { signal: stop.signal, maxAtOnce: 200 })) {
        assert.ok(news.entries.length <= 200);
        seen += news.entries.length;
        leftOutBytes += news.leftOut?.bytes ?? 0;
        for (const it of news.entries) {
          if (it.head.cutChars > 0 || it.head.text.startsWith("the")) texts.add(it.head.text.slice(0, 7));
        }
        peak = Math.max(peak, ownBytes());
      }
    })();
    const text = line("x".repeat(220));
    const chunk = new TextEncoder().encode(text.repeat(Math.floor(MIB / text.length)));
    for (let mib = 1; mib <= FLOOD_MIB; mib++) {
      await Deno.writeFile(path, chunk, { append: true });
      if (mib % FILE_MIB === 0) {
        await Deno.rename(path, `${path}.20261121-${120_000 + mib}`);
        if (mib > 3 * FILE_MIB) await Deno.remove(`${path}.20261121-${120_000 + mib - 3 * FILE_MIB}`);
        await Deno.writeTextFile(path, line("moved"));
      }
      peak = Math.max(peak, ownBytes());
    }
    await until("the flood was seen", () => seen, (it) => it > 0);
    await Deno.writeTextFile(path, line("the flood is over"), { append: true });
    await until("it has been caught up with", () => [...texts], (it) => it.includes("the flo"));
    const long = line("y".repeat(16 * 1024), "P");
    await Deno.writeTextFile(path, long.repeat(640) + line("end"), { append: true });
    await Deno.writeTextFile(path, line("the end"), { append: true });
    await until("the end is seen", () => [...texts], (it) => it.includes("the end"));
    stop.abort();
    await following;
    // How much depends on how fast this machine reads.
    assert.ok(leftOutBytes > FILE_MIB * MIB, `told to be left out: ${leftOutBytes}`);
    assert.ok(peak - before < 96 * MIB, `${Math.round((peak - before) / MIB)} MiB more`);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
