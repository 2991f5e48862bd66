import assert from "node:assert/strict";
import { dirname } from "node:path/posix";
import { PATHS } from "../../agent/state/paths.ts";
import { K3S } from "../agent/explain/rules/k3s_rows.ts";
import { campaignCount, campaignSeed } from "../campaign_size.ts";
import { Random } from "../fakes/random.ts";
import { journalText } from "../fakes/journal_text.ts";
import { CLOSED_PORT } from "../simulator/free_port.ts";
import { createSimHost } from "../simulator/sim_host.ts";
import { until } from "../until.ts";
import { binaryTest } from "./binary_case.ts";
import { startProgram } from "./running_agent.ts";

/** In the gate; a campaign has some times that. */
const chosen = new Random(campaignSeed(61)).shuffle(K3S).slice(0, campaignCount(6));

const JOURNAL = "/var/log/simulator/k3s.json";

/** What systemd's journal gives for these lines, newest first. */
function journalOf(lines: readonly string[]): string {
  const nowMs = Date.now();
  return lines.map((text, i) =>
    JSON.stringify({
      __REALTIME_TIMESTAMP: `${(nowMs - (lines.length - i) * 10_000) * 1_000}`,
      MESSAGE: text,
    })
  ).toReversed().join("\n");
}

await binaryTest(
  `why k3s does not start is told by its own words, whatever they are: ${K3S.length} sentences`,
  async (program) => {
    const root = await Deno.makeTempDir({ prefix: "alga-words-" });
    try {
      await createSimHost(root);
      await Deno.writeTextFile(`${root}/usr/bin/journalctl`, `#!/bin/sh\ncat "${root}${JOURNAL}"\n`);
      const done = await journalText([
        ["setup.requested", { by: "test" }],
        ["step.started", { stepId: "k3s" }],
        ["setup.finished", { by: "test" }],
      ]);
      for (const path of [PATHS.journal, PATHS.kubeconfig]) {
        await Deno.mkdir(dirname(root + path), { recursive: true });
      }
      await Deno.writeTextFile(root + PATHS.kubeconfig, kubeconfigText());
      const complaints: string[] = [];
      for (const [id, line] of chosen) {
        await Deno.writeTextFile(root + PATHS.journal, done, { mode: 0o600 });
        await Deno.writeTextFile(
          root + JOURNAL,
          journalOf([
            "Starting Lightweight Kubernetes...",
            line,
            "k3s.service: Scheduled restart job, restart counter is at 1.",
          ]),
        );
        const agent = await startProgram(program, { root });
        try {
          await until(
            `"${line}" is told as ${id}`,
            async () =>
              ((await agent.request("GET", "/api/status")).body.topBlockers as { id: string }[])[0]?.id,
            (it) => it === id,
            40,
          ).catch((error) => complaints.push(String(error.message)));
        } finally {
          await agent.stop();
        }
      }
      assert.deepEqual(complaints, []);
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
);

function kubeconfigText(): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "default",
    contexts: [{ name: "default", context: { cluster: "default", user: "default" } }],
    clusters: [{ name: "default", cluster: { server: `http://127.0.0.1:${CLOSED_PORT}` } }],
    users: [{ name: "default", user: { token: "x" } }],
  });
}
