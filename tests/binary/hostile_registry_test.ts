import assert from "node:assert/strict";
import { campaignCount, campaignSeed } from "../campaign_size.ts";
import { Random } from "../fakes/random.ts";
import { sampleInputs } from "../simulator/agent_process.ts";
import { CLOSED_PORT } from "../simulator/free_port.ts";
import { startWorld, type World } from "../simulator/world.ts";
import { until } from "../until.ts";
import { binaryTest } from "./binary_case.ts";
import {
  type Answer,
  http,
  json,
  peakRssMib,
  startHostile,
  watchHealth,
  WRONGS,
  wrongWords,
} from "./hostile_wire.ts";
import { type RunningAgent, startProgram } from "./running_agent.ts";

/** Where in the walk of a registry something is wrong. */
const STAGES = {
  ping: /^\S+ \/v2\/ /,
  token: /^\S+ \/token/,
  manifest: /\/manifests\//,
  blob: /\/blobs\//,
} as const;
type Stage = keyof typeof STAGES;

interface Mode {
  name: string;
  stage: Stage;
  answer: Answer;
  isSlow: boolean;
}

/** What only an answer of this stage can have wrong. */
const OWN: Readonly<Record<Stage, Readonly<Record<string, Answer>>>> = {
  ping: {
    "challenges with one long word": http("401 Unauthorized", {
      "www-authenticate": `Bearer ${"x".repeat(100_000)}`,
    }),
    "challenges with 5,000 lists": http("401 Unauthorized", {
      "www-authenticate": 'Basic realm="a",'.repeat(500),
    }),
    "tells a date that is none": http("200 OK", { date: "the other day" }, "{}"),
  },
  token: {
    "gives a token of 1 MB": json(JSON.stringify({ token: "t".repeat(1_000_000) })),
    "gives a token with line breaks": json(JSON.stringify({ token: "a\r\nx-evil: 1" })),
    "gives an empty token": json('{"token":""}'),
  },
  manifest: {
    "has another digest than it says": json("{}", { "docker-content-digest": `sha256:${"0".repeat(64)}` }),
    "has a digest that is none": json("{}", { "docker-content-digest": "sha256:../../etc" }),
    "names a config of negative size": json(manifest({ digest: `sha256:${"1".repeat(64)}`, size: -1 })),
    "names a config with a path for a digest": json(manifest({ digest: "../../../etc/shadow", size: 2 })),
    "lists 100,000 layers": json(manifest({ digest: `sha256:${"1".repeat(64)}`, size: 2 }, 100_000)),
  },
  blob: {
    "is other content than its digest": json('{"schema":"alga.appliance.release/v1"}'),
    "is cut": json('{"schema":'),
  },
};

function manifest(config: { digest: string; size: number }, layers = 0): string {
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  return JSON.stringify({ schemaVersion: 2, mediaType, config, layers: Array(layers).fill(config) });
}

/** Whether a registry answers /v2/ with 200 or 401 is all that is asked there; what else it says is not read. */
const ANSWERED: ReadonlySet<string> = new Set([
  ...Object.keys(OWN.ping),
  "answers with a portal's page",
  "ends amid a chunk",
  "lies about its chunks",
  "says gzip and is not",
  "sends JSON that is nested 200,000 times",
  "sends JSON's null",
  "sends a byte at a time",
  "sends a gzip bomb",
  "sends a list for an object",
  "sends bytes that are no text",
  "sends nothing",
  "sends without an end",
  "sends wrong kinds of values",
  "stops amid its answer",
  "tells a length of many terabytes",
  "tells a length that is longer than its answer",
]);

const MODES: readonly Mode[] = (Object.keys(STAGES) as Stage[]).flatMap((stage) => [
  ...Object.entries(WRONGS).map(([name, it]) => ({
    name,
    stage,
    answer: it.answer,
    isSlow: it.isSlow === true,
  })),
  ...Object.entries(OWN[stage]).map(([name, answer]) => ({ name, stage, answer, isSlow: false })),
]);

/** In the gate; a campaign has some times that. */
const QUICK_MODES = 44;
const SLOW_MODES = 2;
const LIMIT_MS = 80_000;
/** A loaded machine may be late; frozen it would be longer. */
const HEALTHY_MS = 5_000;
const MAX_MORE_MIB = 200;

/** A registry that is right but for one stage. */
function registryOf(world: World, mode: () => Mode | undefined): Answer {
  return async (wire) => {
    const { line, head, url } = wire;
    const wrong = mode();
    if (wrong !== undefined && STAGES[wrong.stage].test(line)) return await wrong.answer(wire);
    const [method = "GET", path = "/"] = line.split(" ");
    if (path === "/v2/" || path.startsWith("/token")) return await json('{"token":"good"}')(wire);
    if (!/^authorization: bearer good\r?$/im.test(head)) {
      const challenge = `Bearer realm="${url}/token",service="registry"`;
      return await http("401 Unauthorized", { "www-authenticate": challenge })(wire);
    }
    const accept = /^accept: (.*)\r$/im.exec(head)?.[1] ?? "*/*";
    const response = await fetch(world.registry.url + path, { method, headers: { accept } });
    const body = new Uint8Array(await response.arrayBuffer());
    const headers = Object.fromEntries(response.headers);
    await http(`${response.status} OK`, headers, method === "HEAD" ? "" : body)(wire);
  };
}

/** Runs the checks to their end, and gives what they found of the registry. */
async function checkRegistry(agent: RunningAgent, world: World): Promise<{ status: string; text: string }[]> {
  const before = (await agent.request("GET", "/api/v1/setup")).body.preflight?.startedAt;
  const answer = await agent.request("POST", "/api/v1/setup?checksOnly=true", sampleInputs(world));
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  const view = await until(
    "the checks have ended",
    async () => (await agent.request("GET", "/api/v1/setup")).body,
    (it) => it.state.status === "checked" && it.preflight.startedAt !== before,
  );
  const isOfRegistry = ({ id }: { id: string }) => /^(?:reg|rel|img)\./.test(id);
  return view.preflight.results.filter(isOfRegistry).map((
    it: { id: string; status: string; found: string; remediation: string; evidence?: string[] },
  ) => ({ status: it.status, text: [it.id, it.found, it.remediation, ...it.evidence ?? []].join("\n") }));
}

await binaryTest(
  `${MODES.length} ways in which a registry can be wrong: the agent answers, memory is bounded, and what it says is true`,
  async (program) => {
    const root = await Deno.makeTempDir({ prefix: "alga-registry-" });
    const world = await startWorld({ root, timeline: "healthy", speed: 60 });
    let mode: Mode | undefined;
    const registry = startHostile(registryOf(world, () => mode));
    const args = ["ghcr.io", "docker.io"].flatMap((it) => ["--registry-mirror", `${it}=${registry.url}`]);
    const agent = await startProgram(program, {
      root,
      args: [...args, "--download-url", `http://127.0.0.1:${CLOSED_PORT}`],
    });
    try {
      const bad = (all: { status: string }[]) =>
        all.filter((it) => it.status === "fail" || it.status === "error");
      const right = await checkRegistry(agent, world);
      assert.deepEqual(bad(right), [], "a registry that is right");
      const floorMib = await agent.rssMib();
      const random = new Random(campaignSeed(47));
      const shuffled = random.shuffle(MODES);
      const chosen = [
        ...shuffled.filter((it) => it.isSlow).slice(0, campaignCount(SLOW_MODES)),
        ...shuffled.filter((it) => !it.isSlow).slice(0, campaignCount(QUICK_MODES)),
      ];
      const endMs = performance.now() + campaignCount(LIMIT_MS);
      let played = 0;
      const complaints: string[] = [];
      for (const it of chosen) {
        if (performance.now() > endMs) break;
        const name = `${it.stage}: ${it.name}`;
        const expect = (isTrue: boolean, what: string) => isTrue || complaints.push(`${name}: ${what}`);
        mode = it;
        registry.asked.length = 0;
        const health = watchHealth(agent);
        const found = await checkRegistry(agent, world);
        const worstMs = await health.stop();
        expect(worstMs <= HEALTHY_MS, `/healthz took ${Math.round(worstMs)} ms`);
        expect(registry.asked.some((line) => STAGES[it.stage].test(line)), "it was not asked");
        if (!(it.stage === "ping" && ANSWERED.has(it.name))) {
          expect(bad(found).length > 0, "nothing was found");
        }
        for (const { text } of found) {
          const wrong = wrongWords(text);
          expect(wrong === undefined, `it says ${wrong}`);
          expect(text.length < 4_000, `it says ${text.length} characters`);
        }
        const moreMib = await peakRssMib(agent.pid) - floorMib;
        expect(moreMib <= MAX_MORE_MIB, `${Math.round(moreMib)} MiB more`);
        played++;
      }
      assert.deepEqual(complaints, []);
      assert.ok(played >= Math.min(chosen.length, 12), `only ${played} had time`);
      assert.equal(wrongWords(agent.output()), undefined);
      mode = undefined;
      assert.deepEqual(bad(await checkRegistry(agent, world)), [], "the registry is right again");
    } finally {
      await agent.stop();
      await registry.close();
      await world.stop();
      await Deno.remove(root, { recursive: true });
    }
  },
);
