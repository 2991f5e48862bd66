import assert from "node:assert/strict";
import { dirname } from "node:path/posix";
import { PATHS } from "../../agent/state/paths.ts";
import { until } from "../until.ts";
import { binaryTest } from "./binary_case.ts";
import { isHealthy, withAgent } from "./running_agent.ts";

/** What the agent may hold beyond what it holds at its start; 27 to 159 were measured on a busy machine. */
const MAX_MORE_MIB = 200;
/** Enough for each kind to be asked for a few times; one that gives up too many objects is asked less and less often. */
const ENOUGH_ANSWERS = 60;
const FEW_ANSWERS = 40;

const CHUNK = new TextEncoder().encode("x".repeat(65_536));
const OBJECT_START =
  '{"apiVersion":"v1","kind":"Pod","metadata":{"resourceVersion":"7","namespace":"default","name":"';

/** The start, and then whatever `more` gives, without an end. */
function endless(start: string, more: () => Uint8Array = () => CHUNK): Response {
  return new Response(
    new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(start)),
      pull: (controller) => controller.enqueue(more()),
    }),
    { headers: { "content-type": "application/json" } },
  );
}

const page = (names: readonly string[], filling: string, next?: string) =>
  Response.json({
    metadata: { resourceVersion: "7", ...(next === undefined ? {} : { continue: next }) },
    items: names.map((name) => ({
      metadata: { name, namespace: "default", annotations: { filling }, resourceVersion: "7" },
      spec: {},
      status: {},
    })),
  });

let made = 0;
const newNames = (count: number) => Array.from({ length: count }, () => `endless-${made++}`);
const events = () =>
  new TextEncoder().encode(
    newNames(100).map((it) => `{"type":"ADDED","object":${OBJECT_START}${it}"},"spec":{},"status":{}}}\n`)
      .join(""),
  );

/** How an API server answers a list, and a watch. */
const SERVERS: Readonly<Record<string, { list: () => Response; watch: () => Response }>> = {
  "one object": { list: () => endless(OBJECT_START), watch: () => endless(OBJECT_START) },
  "pages of large objects": {
    list: () => page(newNames(6), "x".repeat(300_000), "more"),
    watch: () => endless(""),
  },
  "pages of many objects": {
    list: () => page(newNames(100), "x".repeat(1_000), "more"),
    watch: () => endless(""),
  },
  "a line of a watch": {
    list: () => page([], ""),
    watch: () => endless(`{"type":"ADDED","object":${OBJECT_START}`),
  },
  "events of a watch": { list: () => page([], ""), watch: () => endless("", events) },
};

async function peakRssMib(pid: number): Promise<number> {
  return Number(/VmHWM:\s+(\d+)/.exec(await Deno.readTextFile(`/proc/${pid}/status`))?.[1]) / 1024;
}

for (const [what, server] of Object.entries(SERVERS)) {
  await binaryTest(
    `an API server that sends ${what} without an end costs bounded memory`,
    async (program) => {
      let answered = 0;
      const enough = what === "events of a watch" ? FEW_ANSWERS : ENOUGH_ANSWERS;
      const api = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
        const url = new URL(request.url);
        if (url.pathname === "/readyz") return new Response("ok");
        if (url.pathname === "/version") return Response.json({ gitVersion: "v1.36.3+k3s1" });
        answered++;
        return url.searchParams.has("watch") ? server.watch() : server.list();
      });
      try {
        await withAgent(program, async (agent) => {
          const floorMib = await agent.rssMib();
          await Deno.writeTextFile(agent.root + PATHS.kubeconfig, kubeconfigText(api.addr.port));
          await until("it has asked often", () => answered, (it) => it >= enough, 120);
          assert.ok(await isHealthy(agent), "it answers");
          const moreMib = await peakRssMib(agent.pid) - floorMib;
          assert.ok(moreMib <= MAX_MORE_MIB, `${Math.round(moreMib)} MiB more than ${Math.round(floorMib)}`);
        }, { prepare: (root) => Deno.mkdir(dirname(root + PATHS.kubeconfig), { recursive: true }) });
      } finally {
        await api.shutdown();
      }
    },
  );
}

function kubeconfigText(port: number): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "default",
    contexts: [{ name: "default", context: { cluster: "default", user: "default" } }],
    clusters: [{ name: "default", cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: "default", user: { token: "x" } }],
  });
}
