import assert from "node:assert/strict";
import { PATHS } from "../../agent/state/paths.ts";
import { sampleInputs } from "../simulator/agent_process.ts";
import { MANAGEMENT_PASSWORD } from "../simulator/sign_in.ts";
import { openStillBrowser } from "../simulator/still_browser.ts";
import { binaryTest } from "./binary_case.ts";
import { startProgram } from "./running_agent.ts";

const PROXY_PASSWORD = "Geheim-Proxy-81";

await binaryTest(
  "answers that were typed and not sent off are in the form again after the agent was killed; passwords are not",
  async (program) => {
    const root = await Deno.makeTempDir({ prefix: "alga-draft-" });
    let agent = await startProgram(program, { root });
    try {
      const inputs = sampleInputs({ appUrl: "http://psa.example.com" });
      const typed: Record<string, string> = {
        ...Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, String(value)])),
        adminPasswordConfirm: String(inputs.adminPassword),
        tenantName: "Müller & Söhne",
        dnsMode: "system",
        channel: "stable",
        signatures: "warn",
        proxyUrl: `http://maria:${PROXY_PASSWORD}@192.0.2.3:3128`,
      };
      const before = await openStillBrowser(agent.url, agent.token);
      const answer = await before.send("/setup", typed);
      assert.equal(answer.status, 303, await answer.text());
      assert.equal(answer.headers.get("location"), "/setup/answers");
      await agent.stop("SIGKILL");
      const kept = await Deno.readTextFile(root + PATHS.setupDraft);
      assert.equal(((await Deno.stat(root + PATHS.setupDraft)).mode ?? 0) & 0o777, 0o600);

      agent = await startProgram(program, { root });
      const form = await (await openStillBrowser(agent.url, agent.token)).page("/setup");
      assert.match(form, /value="Müller &amp; Söhne"/);
      assert.match(form, /value="maria@example\.com"/i);
      assert.match(form, /value="http:\/\/(maria@)?192\.0\.2\.3:3128"/);
      for (const secret of [PROXY_PASSWORD, String(inputs.adminPassword), MANAGEMENT_PASSWORD]) {
        assert.ok(!form.includes(secret), "a password is in the form");
        assert.ok(!kept.includes(secret), "a password is in the draft's file");
      }
    } finally {
      await agent.stop();
      await Deno.remove(root, { recursive: true });
    }
  },
);
