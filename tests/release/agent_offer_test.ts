import assert from "node:assert/strict";
import { ReleaseManifest } from "../../agent/release/mod.ts";
import { parsePublicKey } from "../../agent/trust/public_key.ts";
import { readReleasedAgent } from "../../tools/release/agent_offer.ts";
import { buildRelease } from "../../tools/release/build_release.ts";
import type { OciArtifact } from "../../tools/release/oci_artifact.ts";
import { pushRelease } from "../../tools/release/push_release.ts";
import { createRegistryWriter } from "../../tools/release/registry_writer.ts";
import { runReleaseCli } from "../../tools/release/release_cli.ts";
import { parseReleaseSpec } from "../../tools/release/release_spec.ts";
import { verifyAgentProgram } from "../../tools/release/verify_agent.ts";
import { signBlob } from "../../tools/release_agent/signature.ts";
import { newKeys } from "../tools/release_agent/test_keys.ts";
import { clientOf, findingsOf, mirrorsTo, registryTest } from "./registry_case.ts";

const repo = new URL("../..", import.meta.url).pathname;
const SPEC = parseReleaseSpec(`version: 1.5.0
images: { algaCore: 4f2c91d, workflowWorker: 9be1f02, emailService: 2222bbb, temporalWorker: 3333ccc }
charts: { sebastian: 0.2.0, temporal: 0.1.0, email-service: 0.1.0, workflow-worker: 0.1.0, temporal-worker: 0.1.0 }
`);
const { privatePem, publicPem } = newKeys();
const PROGRAMS = { x64: "the program for x64", arm64: "the program for arm64" };

function keyOf(pem: string) {
  const key = parsePublicKey("test", pem);
  assert.ok(!("problem" in key));
  return key;
}

/** A folder as `deno task release-agent --key` makes it; what is undefined is not there. */
async function withAgent(
  run: (dir: string) => Promise<void>,
  other: Record<string, string | undefined> = {},
): Promise<void> {
  const files: Record<string, string | undefined> = { VERSION: "1.2.0\n" };
  for (const [architecture, text] of Object.entries(PROGRAMS)) {
    files[`alga-agent-linux-${architecture}`] = text;
    files[`alga-agent-linux-${architecture}.sig`] = signBlob(new TextEncoder().encode(text), privatePem);
  }
  const dir = await Deno.makeTempDir({ prefix: "alga-offer-" });
  try {
    for (const [name, text] of Object.entries({ ...files, ...other })) {
      if (text !== undefined) await Deno.writeTextFile(`${dir}/${name}`, text);
    }
    await run(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function build(dir: string) {
  return await buildRelease(SPEC, {
    topologyDir: `${repo}flux`,
    chartDirs: [`${repo}flux/charts/pgbouncer`],
    origin: { commit: "a".repeat(40), createdAt: "2026-11-21T09:00:00.000Z" },
    agent: await readReleasedAgent(dir),
  });
}

registryTest(
  "a release names the agent that it brings, and its programs can be had and are believed",
  (server) =>
    withAgent(async (dir) => {
      const { manifest, artifacts } = await build(dir);
      assert.deepEqual((await build(dir)).artifacts.map((it) => it.digest), artifacts.map((it) => it.digest));
      assert.deepEqual(artifacts.map((it) => it.place.repository), [
        "nine-minds/charts/pgbouncer",
        "nine-minds/alga-agent",
        "nine-minds/alga-appliance-config",
        "nine-minds/alga-appliance-release",
      ]);
      const { agent } = ReleaseManifest.parse(JSON.parse(JSON.stringify(manifest)));
      assert.ok(agent, "an appliance reads it");
      assert.deepEqual([agent.version, agent.repository], ["1.2.0", "ghcr.io/nine-minds/alga-agent"]);
      const mirrors = mirrorsTo(server.url, artifacts as OciArtifact[]);
      const writer = createRegistryWriter({ mirrors, credentials: () => undefined });
      await Array.fromAsync(pushRelease(writer, artifacts));
      const looked = (await findingsOf(server, "1.5.0")).filter((it) => it.what.startsWith("agent"));
      assert.deepEqual(looked, [
        { what: "agent 1.2.0 for x64", ok: true },
        { what: "agent 1.2.0 for arm64", ok: true },
      ]);
      const client = clientOf(server);
      try {
        for (const architecture of ["x64", "arm64"] as const) {
          await verifyAgentProgram(client, agent, architecture, [keyOf(publicPem)]);
          await verifyAgentProgram(client, agent, architecture, []);
          await assert.rejects(
            verifyAgentProgram(client, agent, architecture, [keyOf(newKeys().publicPem)]),
            /its signature is of none of the keys/,
          );
        }
        const sha256 = "0".repeat(64);
        const lost = {
          ...agent,
          programs: { x64: { sha256, signature: agent.programs.x64?.signature ?? "" } },
        };
        await assert.rejects(verifyAgentProgram(client, lost, "x64", []), /does not have/);
      } finally {
        client.close();
      }
    }),
);

Deno.test("release build --agent writes the agent of a folder into the release", () =>
  withAgent(async (dir) => {
    await Deno.writeTextFile(`${dir}/release.yaml`, JSON.stringify(SPEC));
    let [out, err] = ["", ""];
    const around = {
      out: (text: string) => out += text,
      err: (text: string) => err += text,
      folder: dir,
      home: dir,
    };
    const origin = ["--commit", "a".repeat(40), "--created", "2026-11-21T09:00:00Z"];
    const args = ["build", "release.yaml", "--agent", ".", "--out", "made", "--json", ...origin];
    assert.equal(await runReleaseCli(args, around), 0, err);
    assert.equal(JSON.parse(out).manifest.agent.version, "1.2.0");
    assert.equal(await runReleaseCli(["build", "release.yaml", "--agent", "made", ...origin], around), 1);
    assert.match(err, /Cannot read ".*made\/VERSION"\n→ Name the folder of a signed release of the agent/);
  }));

const WRONG: [string, Record<string, string | undefined>, RegExp][] = [
  [
    "without a signature of a program",
    { "alga-agent-linux-x64.sig": undefined },
    /alga-agent-linux-x64\.sig"/,
  ],
  ["without a version", { VERSION: undefined }, /Cannot read ".*VERSION"/],
  ["whose version is none", { VERSION: "newest" }, /version: must be a version like 1\.2\.0/],
  ["without a program", {
    "alga-agent-linux-x64": undefined,
    "alga-agent-linux-arm64": undefined,
  }, /holds no program/],
];
for (const [what, other, message] of WRONG) {
  Deno.test(`readReleasedAgent() refuses a folder ${what}`, () =>
    withAgent(async (dir) => {
      await assert.rejects(readReleasedAgent(dir), (error: Error & { hint?: string }) => {
        assert.match(error.message, message);
        assert.match(error.hint ?? "", /deno task release-agent/);
        return true;
      });
    }, other));
}
