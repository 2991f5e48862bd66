import assert from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import { renderValues } from "../../agent/release/render_values.ts";
import { podEnvironment } from "../../agent/setup/worker_proxy.ts";
import { sampleReleaseManifest } from "../simulator/sample_release.ts";
import { HELM } from "../release/registry_case.ts";
import { testUnless } from "../test_unless.ts";

const MISSING = HELM === undefined ? "helm is not built; see deno task cluster build" : undefined;
const APP_URL = "https://psa.example.com";
const WORKERS = ["workflow-worker", "temporal-worker"] as const;

interface Variable {
  name: string;
  value?: unknown;
  valueFrom?: { secretKeyRef: { name: string; key: string } };
}

/** What Helm makes of the values that the agent writes for this proxy: the worker's variables, and all of its text. */
async function rendered(worker: typeof WORKERS[number], environment: ReturnType<typeof podEnvironment>) {
  const values = renderValues(sampleReleaseManifest(), APP_URL, environment);
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    await Deno.writeTextFile(file, values.find((it) => it.release === worker)?.text ?? "");
    const chart = new URL(`../charts/${worker}`, import.meta.url).pathname;
    const { success, stdout, stderr } = await new Deno.Command(HELM ?? "", {
      args: ["template", worker, chart, "--namespace", "msp", "--values", file],
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    const text = new TextDecoder().decode(stdout);
    const found = parseAllDocuments(text).map((it) => it.toJS()).find((it) => it?.kind === "Deployment");
    const env: Variable[] = found.spec.template.spec.containers[0].env;
    return { text, of: (name: string) => env.find((it) => it.name === name) };
  } finally {
    await Deno.remove(file);
  }
}

testUnless(MISSING, "Helm hands a plain proxy to both workers", async () => {
  const environment = podEnvironment({ appUrl: APP_URL, proxyUrl: "http://proxy.example:3128", noProxy: "" });
  for (const worker of WORKERS) {
    const { of } = await rendered(worker, environment);
    assert.equal(of("HTTPS_PROXY")?.value, "http://proxy.example:3128", worker);
    assert.match(String(of("NO_PROXY")?.value), /psa\.example\.com/);
  }
});

testUnless(MISSING, "Helm points one worker to a proxy with a password, the other goes without", async () => {
  const proxyUrl = "http://CORP%5Cmaria:Ge%24heim%227@proxy.example:3128";
  const environment = podEnvironment({ appUrl: APP_URL, proxyUrl, noProxy: "" });
  const pointed = await rendered("temporal-worker", environment);
  assert.deepEqual(pointed.of("HTTPS_PROXY"), {
    name: "HTTPS_PROXY",
    valueFrom: { secretKeyRef: { name: "alga-worker-proxy", key: "HTTPS_PROXY" } },
  });
  const without = await rendered("workflow-worker", environment);
  assert.equal(without.of("HTTPS_PROXY"), undefined);
  for (const { text } of [pointed, without]) assert.doesNotMatch(text, /maria|heim/);
});

testUnless(MISSING, "Helm, which reads YAML 1.1, leaves every mark of a password a text", async () => {
  for (const mark of ["0b11", "1e12", "0123", "face"]) {
    const { of } = await rendered("temporal-worker", {
      ALGA_PROXY_MARK: mark,
      HTTP_PROXY: { secret: "s", key: "k" },
    });
    assert.strictEqual(of("ALGA_PROXY_MARK")?.value, mark);
  }
});
