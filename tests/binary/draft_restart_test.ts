import assert from "node:assert/strict";
import { PATHS } from "../../agent/state/paths.ts";
import { sampleInputs } from "../simulator/agent_process.ts";
import { MANAGEMENT_PASSWORD, signIn } from "../simulator/sign_in.ts";
import { binaryTest } from "./binary_case.ts";
import { type RunningAgent, startProgram } from "./running_agent.ts";

const PROXY_PASSWORD = "Geheim-Proxy-81";

interface Browser {
  page(path: string): Promise<string>;
  send(path: string, fields: Record<string, string>): Promise<string>;
}

/** What a signed-in browser without script does. */
async function openBrowser(agent: RunningAgent): Promise<Browser> {
  const cookie = await signIn(agent.url, agent.token);
  const page = async (path: string) =>
    await (await fetch(agent.url + path, { headers: { cookie }, signal: AbortSignal.timeout(30_000) }))
      .text();
  return {
    page,
    async send(path, fields) {
      const csrf = /name="csrf" value="([^"]+)"/.exec(await page("/setup"))?.[1] ?? "";
      const answer = await fetch(agent.url + path, {
        method: "POST",
        redirect: "manual",
        headers: { cookie, origin: agent.url },
        body: new URLSearchParams({ ...fields, csrf }),
      });
      assert.equal(answer.status, 303, await answer.text());
      return answer.headers.get("location") ?? "";
    },
  };
}

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
      const before = await openBrowser(agent);
      assert.equal(await before.send("/setup", typed), "/setup/answers");
      await agent.stop("SIGKILL");
      const kept = await Deno.readTextFile(root + PATHS.setupDraft);
      assert.equal(((await Deno.stat(root + PATHS.setupDraft)).mode ?? 0) & 0o777, 0o600);

      agent = await startProgram(program, { root });
      const form = await (await openBrowser(agent)).page("/setup");
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
