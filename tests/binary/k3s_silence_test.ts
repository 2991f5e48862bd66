import assert from "node:assert/strict";
import { dirname } from "node:path/posix";
import { PATHS } from "../../agent/state/paths.ts";
import { journalText } from "../fakes/journal_text.ts";
import { CLOSED_PORT } from "../simulator/free_port.ts";
import { startSimKubeApi } from "../simulator/kube_api.ts";
import { createSimHost } from "../simulator/sim_host.ts";
import { until } from "../until.ts";
import { binaryTest } from "./binary_case.ts";
import { startProgram } from "./running_agent.ts";

const JOURNAL = "/var/log/simulator/k3s.json";
/** As of systemd 253: with a beginning and a limit the oldest lines, unless it is asked for the newest first. */
const JOURNALCTL = `#!/bin/sh
root=$(cd "$(dirname "$0")/../.." && pwd)
case " $* " in
*" -r "* | *" --reverse "*) tac "$root${JOURNAL}" | head -n 300 ;;
*) head -n 300 "$root${JOURNAL}" ;;
esac
`;
const NOISE = Array.from(
  { length: 400 },
  (_, i) => `I1121 11:59:30.${i} 1 garbage.go:1] "Nothing to collect"`,
);
/** As k3s 1.36.3 says it under systemd, each second. */
const DAMAGED =
  'time="2026-11-21T11:59:30Z" level=error msg="Failed to ping database connection: file is not a database"';

/** What a registry that refuses every connection is told as. */
const OLDER = "net.egress";

/** systemd's journal, oldest first: one line each half a second, the last one now. */
function journalOf(lines: readonly string[]): string {
  const nowMs = Date.now();
  return lines.map((text, i) =>
    JSON.stringify({ __REALTIME_TIMESTAMP: `${(nowMs - (lines.length - i) * 500) * 1_000}`, MESSAGE: text })
  ).join("\n") + "\n";
}

await binaryTest(
  "what a silent k3s says stands above an older failure of the registry, and its newest words are read",
  async (program) => {
    const root = await Deno.makeTempDir({ prefix: "alga-silence-" });
    const api = await startSimKubeApi();
    let isClosed = false;
    try {
      await createSimHost(root);
      await Deno.writeTextFile(`${root}/usr/bin/journalctl`, JOURNALCTL);
      const done = await journalText([
        ["setup.requested", { by: "test" }],
        ["step.started", { stepId: "k3s" }],
        ["setup.finished", { by: "test" }],
      ]);
      for (const [path, text] of [[PATHS.journal, done], [PATHS.kubeconfig, api.kubeconfig]] as const) {
        await Deno.mkdir(dirname(root + path), { recursive: true });
        await Deno.writeTextFile(root + path, text, { mode: 0o600 });
      }
      const closed = ["ghcr.io", "docker.io"].flatMap((it) => [
        "--registry-mirror",
        `${it}=http://127.0.0.1:${CLOSED_PORT}`,
      ]);
      const agent = await startProgram(program, { root, args: closed });
      try {
        const ids = async () =>
          ((await agent.request("GET", "/api/status")).body.topBlockers as { id: string }[]).map((it) =>
            it.id
          );
        await until("what the registry does is told", ids, (it) => it.includes(OLDER), 60);
        isClosed = true;
        await api.close();
        const told = await until(
          "the service's own words are told",
          async () => {
            // k3s goes on saying it: what is asked for is always of the last minutes.
            await Deno.writeTextFile(root + JOURNAL, journalOf([...NOISE, ...Array(20).fill(DAMAGED)]));
            return await ids();
          },
          (it) => it.includes("k3s.db-corrupt"),
          90,
        );
        assert.equal(told[0], "k3s.db-corrupt", told.join());
        assert.ok(told.includes(OLDER), `${OLDER} is no longer told beside ${told.join()}`);
      } finally {
        await agent.stop();
      }
    } finally {
      if (!isClosed) await api.close();
      await Deno.remove(root, { recursive: true });
    }
  },
);
