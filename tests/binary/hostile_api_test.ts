import assert from "node:assert/strict";
import { dirname } from "node:path/posix";
import { PATHS } from "../../agent/state/paths.ts";
import { campaignCount, campaignSeed } from "../campaign_size.ts";
import { journalText } from "../fakes/journal_text.ts";
import { Random } from "../fakes/random.ts";
import { until } from "../until.ts";
import { binaryTest } from "./binary_case.ts";
import {
  type Answer,
  hang,
  http,
  json,
  peakRssMib,
  startHostile,
  watchHealth,
  type Wire,
  WRONGS,
  wrongWords,
} from "./hostile_wire.ts";
import { withAgent } from "./running_agent.ts";

const LIST = '{"metadata":{"resourceVersion":"7"},"items":[]}';
const event = (type: string, object: unknown) => `${JSON.stringify({ type, object })}\n`;
const isWatch = ({ line }: Wire) => line.includes("watch=true");
const isPlain = ({ line }: Wire) => /^\S+ \/(?:readyz|version)/.test(line);

/** A cluster of nothing; what follows is wrong with one of its answers. */
const empty: Answer = async (wire) => {
  if (wire.line.includes(" /readyz")) return await http("200 OK", {}, "ok")(wire);
  if (wire.line.includes(" /version")) return await json('{"gitVersion":"v1.36.5+k3s1"}')(wire);
  if (isWatch(wire)) return await watch()(wire);
  // What is asked for by name is not there.
  const isList = /[?&]limit=/.test(wire.line);
  return isList
    ? await json(LIST)(wire)
    : await http("404 Not Found", {}, '{"code":404,"reason":"NotFound"}')(wire);
};

/** A watch that says this and stays open. */
function watch(text: (turn: number) => string | undefined = () => undefined): Answer {
  return async ({ send, signal }) => {
    await send("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n");
    for (let turn = 0; !signal.aborted; turn++) {
      const said = text(turn);
      if (said === undefined) return await hang(signal);
      await send(said);
    }
  };
}

const watching = (answer: Answer): Answer => (wire) => isWatch(wire) ? answer(wire) : empty(wire);
const listing = (answer: Answer): Answer => (wire) =>
  isWatch(wire) || isPlain(wire) ? empty(wire) : answer(wire);

interface Mode {
  answer: Answer;
  /** The status must not call this an API that answers. */
  isBroken?: true;
}

/** What only an API server can do wrong. */
const OWN: Readonly<Record<string, Mode>> = {
  "401 to everything": {
    answer: http("401 Unauthorized", {}, '{"kind":"Status","code":401,"reason":"Unauthorized"}'),
    isBroken: true,
  },
  "403 to everything but /readyz": {
    answer: listing(http("403 Forbidden", {}, '{"kind":"Status","code":403,"reason":"Forbidden"}')),
  },
  "a storm of 410 in watches": {
    answer: watching(http("410 Gone", {}, '{"kind":"Status","code":410,"reason":"Expired"}')),
  },
  "a storm of 410 as events": {
    answer: watching(
      watch((turn) => turn > 0 ? undefined : event("ERROR", { code: 410, reason: "Expired" })),
    ),
  },
  "watches that end at once": { answer: watching(http("200 OK", {})) },
  "watches of garbage": { answer: watching(watch((turn) => turn > 0 ? undefined : "\u0000\u0001{{{\n")) },
  "watches of half a line": { answer: watching(watch((turn) => turn > 0 ? undefined : '{"type":"ADD')) },
  "events of an unknown type": {
    answer: watching(watch((turn) => turn > 0 ? undefined : event("HELLO", {}))),
  },
  "events without an object": {
    answer: watching(watch((turn) => turn > 0 ? undefined : '{"type":"ADDED"}\n')),
  },
  "events whose objects are numbers": {
    answer: watching(watch((turn) => turn > 0 ? undefined : '{"type":"ADDED","object":7}\n')),
  },
  "events about the same object without an end": {
    answer: watching(
      watch(() =>
        event("MODIFIED", {
          metadata: { name: "a", namespace: "b", resourceVersion: "8" },
          spec: {},
          status: {},
        })
          .repeat(50)
      ),
    ),
  },
  "objects without metadata": {
    answer: listing(json('{"metadata":{"resourceVersion":"7"},"items":[{},{"spec":null},7,null]}')),
  },
  "objects of 4 MB": {
    answer: listing(json(JSON.stringify({
      metadata: { resourceVersion: "7" },
      items: [{ metadata: { name: "x", annotations: { a: "y".repeat(4_000_000) } } }],
    }))),
  },
  "pages that lead to themselves": {
    answer: listing(json('{"metadata":{"resourceVersion":"7","continue":"again"},"items":[]}')),
  },
  "a version that is a page": {
    answer: (wire) => wire.line.includes(" /version") ? json('"<b>v1</b>"')(wire) : empty(wire),
  },
  "discovery that takes 3 seconds": {
    answer: async (wire) => {
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      await empty(wire);
    },
  },
};

/** That something answers /readyz alone is no contact: every answer is wrong in the same way. */
const MODES: Readonly<Record<string, Mode>> = {
  ...OWN,
  ...Object.fromEntries(
    Object.entries(WRONGS).map((
      [name, { answer }],
    ) => [`everything ${name}`, { answer, isBroken: true as const }]),
  ),
  ...Object.fromEntries(
    Object.entries(WRONGS).map(([name, { answer }]) => [`a watch ${name}`, { answer: watching(answer) }]),
  ),
};

/** In the gate; a campaign has some times that. */
const PLAYED_MODES = 24;
const AT_ONCE = 3;
const LIMIT_MS = 75_000;
/** A loaded machine may be late; frozen it would be longer. */
const HEALTHY_MS = 5_000;
const MAX_MORE_MIB = 200;
/** Time for lists, watches and their next try. */
const LOOK_MS = 3_500;

async function play(program: string, name: string, mode: Mode): Promise<string[]> {
  const complaints: string[] = [];
  const expect = (isTrue: boolean, what: string) => void (isTrue || complaints.push(`${name}: ${what}`));
  const api = startHostile(mode.answer);
  const done = await journalText([
    ["setup.requested", { by: "test" }],
    ["step.started", { stepId: "k3s" }],
    ["setup.finished", { by: "test" }],
  ]);
  try {
    await withAgent(program, async (agent) => {
      const floorMib = await agent.rssMib();
      const health = watchHealth(agent);
      await until("the API was asked", () => api.asked.length, (it) => it > 0);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      const { body: status } = await agent.request("GET", "/api/status");
      const page = (await agent.request("GET", "/?live=off")).body;
      const worstMs = await health.stop();
      expect(worstMs <= HEALTHY_MS, `/healthz took ${Math.round(worstMs)} ms`);
      const moreMib = await peakRssMib(agent.pid) - floorMib;
      expect(moreMib <= MAX_MORE_MIB, `${Math.round(moreMib)} MiB more`);
      expect(!/^(?:Fully healthy|Ready)/.test(status.rollup.message), status.rollup.message);
      expect(status.agent.ruleErrors === 0, `${status.agent.ruleErrors} rules could not judge`);
      const kubernetes = status.sources.find((it: { name: string }) => it.name === "kubernetes");
      if (mode.isBroken) {
        expect(kubernetes.state !== "answering", `it is called ${kubernetes.state}: ${kubernetes.message}`);
      }
      const said = JSON.stringify([status.rollup, status.topBlockers, status.tiers, status.sources]);
      for (const text of [said, page.replaceAll(/<style>.*?<\/style>/gs, ""), agent.output()]) {
        const wrong = wrongWords(text);
        expect(wrong === undefined, `it says ${wrong}`);
      }
    }, {
      async prepare(root) {
        await Deno.mkdir(dirname(root + PATHS.kubeconfig), { recursive: true });
        await Deno.mkdir(dirname(root + PATHS.journal), { recursive: true });
        await Deno.writeTextFile(root + PATHS.kubeconfig, kubeconfigText(api.port));
        await Deno.writeTextFile(root + PATHS.journal, done, { mode: 0o600 });
      },
    });
  } catch (error) {
    complaints.push(`${name}: ${error instanceof Error ? error.message : error}`);
  } finally {
    await api.close();
  }
  return complaints;
}

await binaryTest(
  `${
    Object.keys(MODES).length
  } ways in which an API server can be wrong: the agent answers, memory is bounded, and what it says is true`,
  async (program) => {
    const random = new Random(campaignSeed(53));
    const shuffled = random.shuffle(Object.entries(MODES));
    const left = shuffled.slice(0, campaignCount(PLAYED_MODES));
    const endMs = performance.now() + campaignCount(LIMIT_MS);
    const complaints: string[] = [];
    let played = 0;
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      for (let next = left.shift(); next !== undefined && performance.now() < endMs; next = left.shift()) {
        complaints.push(...await play(program, ...next));
        played++;
      }
    }));
    assert.deepEqual(complaints, []);
    assert.ok(played >= 8, `only ${played} had time`);
  },
);

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
