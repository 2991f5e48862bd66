import assert from "node:assert/strict";
import { dirname } from "node:path";
import { SYSTEM_AUTHORITIES } from "../../agent/net/settings.ts";
import { makeCertificates } from "../cluster/certificates.ts";
import { startUntrustedServer } from "../fakes/untrusted_server.ts";
import { until } from "../until.ts";
import { binaryTest } from "./binary_case.ts";
import { run } from "./program.ts";
import { startProgram } from "./running_agent.ts";

interface Site {
  dir: string;
  root: string;
  /** Leads to a registry whose certificate comes from the authority in ca.crt. */
  mirror: readonly string[];
}

async function withSite(body: (site: Site) => Promise<void>): Promise<void> {
  await using server = await startUntrustedServer();
  const { dir, url } = server;
  const root = `${dir}/root`;
  await Deno.mkdir(root);
  await body({ dir, root, mirror: ["--registry-mirror", `ghcr.io=${url}`] });
}

const tlsOf = (report: { results: { id: string; status: string }[] } | null | undefined) =>
  report?.results.find((it) => it.id === "reg.tls")?.status;

await binaryTest(
  "an authority of the machine's own store counts from a shell as it does in the service",
  (program) =>
    withSite(async ({ dir, root, mirror }) => {
      await Deno.mkdir(`${dir}/other`);
      await makeCertificates(`${dir}/other`);
      /** What reg.tls says when the store of the machine is this file, with nothing else in the environment. */
      const statusWith = async (store: string) => {
        const env = { PATH: "/usr/bin:/bin", SSL_CERT_FILE: `${dir}/${store}` };
        const args = ["preflight", "-o", "json", "--root", root, ...mirror];
        return tlsOf(JSON.parse((await run(program, args, { env, clearEnv: true })).stdout));
      };
      assert.equal(await statusWith("ca.crt"), "pass");
      assert.equal(await statusWith("other/ca.crt"), "fail");
    }),
);

await binaryTest(
  "an authority that is installed while the agent runs counts when the checks run again",
  (program) =>
    withSite(async ({ dir, root, mirror }) => {
      const bundle = `${root}${SYSTEM_AUTHORITIES}`;
      await Deno.mkdir(dirname(bundle), { recursive: true });
      await Deno.writeTextFile(bundle, "");
      const wrapper = ["env", "-u", "SSL_CERT_FILE", "-u", "SSL_CERT_DIR"];
      const agent = await startProgram(program, { root, args: mirror, wrapper });
      try {
        const answers = {
          appUrl: "http://127.0.0.1:3000",
          tenantName: "Example Ltd",
          adminFirstName: "Maria",
          adminLastName: "Example",
          adminEmail: "maria@example.com",
          adminPassword: "Correct-Horse7!",
        };
        const checked = async () => {
          const ended = await until(
            "the checks have run",
            async () => (await agent.request("GET", "/api/v1/setup")).body,
            (it) => it.state.status === "checked",
          );
          return tlsOf(ended.preflight);
        };
        const sent = await agent.request("POST", "/api/v1/setup?checksOnly=true", answers);
        assert.equal(sent.status, 202, JSON.stringify(sent.body));
        assert.equal(await checked(), "fail");
        await Deno.writeTextFile(bundle, await Deno.readTextFile(`${dir}/ca.crt`), { append: true });
        assert.equal((await agent.request("POST", "/api/v1/setup/recheck", {})).status, 202);
        assert.equal(await checked(), "pass");
      } finally {
        await agent.stop();
      }
    }),
);
