import assert from "node:assert/strict";
import { PATHS } from "../../agent/state/paths.ts";
import { DEAF_AGENT } from "../deaf_agent.ts";
import { until } from "../until.ts";
import { anotherBuild } from "./another_build.ts";
import type { Container } from "./container.ts";
import { answers, containerTest, install } from "./container_case.ts";

const AGENT = "/usr/local/bin/alga-agent";
const GOOD = "/srv/alga/agent-good";
const BAD = "/srv/alga/agent-bad";
const UNIT = "alga-appliance-update";
/** A start that is given up, a minute for an answer and the way back, on a machine that others use too. */
const RENEW_SEC = 300;

containerTest(
  "systemd puts a newer agent in place; one that is deaf is taken back, over a power cut",
  async (it) => {
    const { sh } = it;
    await install(it);
    const old = await sumOf(it, AGENT);
    const good = await sumOf(it, GOOD);

    await order(it, GOOD);
    await sh(`systemctl start ${UNIT}`);
    assert.match(await outcome(it), /"result": "done"/);
    assert.equal(await sumOf(it, AGENT), good);
    assert.equal(await sumOf(it, `${AGENT}.previous`), old);
    await sh(`cmp /proc/$(systemctl show -P MainPID alga-appliance)/exe ${AGENT}`);
    await answers(it, "/healthz", RENEW_SEC);

    await order(it, BAD);
    await sh(`systemctl start ${UNIT}`);
    const bad = await sumOf(it, BAD);
    await until("the deaf one is in place", () => sumOf(it, AGENT), (sum) => sum === bad, RENEW_SEC);
    await it.cut();
    assert.match(await outcome(it), /"result": "went-back"[^]*did not answer in 60 s/);
    assert.equal(await sumOf(it, AGENT), good, "the one from before");
    await answers(it, "/healthz", RENEW_SEC);
  },
  {
    // The deaf one never says that it is ready.
    expected: [/^systemd: Failed to start alga-appliance\.service /],
    async files(program, dir) {
      const nobodys = (commit: string) => "0".repeat(commit.length);
      const good = await anotherBuild(program, `${dir}/good`, { word: "commit", to: nobodys });
      await Deno.writeTextFile(`${dir}/bad`, DEAF_AGENT, { mode: 0o755 });
      return { [GOOD]: good, [BAD]: `${dir}/bad` };
    },
  },
);

async function sumOf({ sh }: Container, path: string): Promise<string> {
  return await sh(`sha256sum ${path} | cut -d' ' -f1`);
}

/** What the agent writes before it has the unit begin. */
async function order(it: Container, next: string): Promise<void> {
  const text = JSON.stringify({
    schemaVersion: 1,
    id: next,
    from: "1",
    to: "2",
    sha256: await sumOf(it, next),
    previousSha256: await sumOf(it, AGENT),
    port: 8080,
  });
  await it.sh(`install -D ${next} ${PATHS.agentNext}; cp ${AGENT} ${AGENT}.previous`);
  await it.sh(`rm -f ${PATHS.agentOutcome}; echo '${text}' > ${PATHS.agentOrder}; sync`);
}

async function outcome({ sh }: Container): Promise<string> {
  return await until(
    "the order ends",
    () => sh(`cat ${PATHS.agentOutcome} 2>/dev/null; ls ${PATHS.agentOrder} 2>/dev/null || true`),
    (text) => text.includes("result") && !text.includes("order.json"),
    RENEW_SEC,
  );
}
