import assert from "node:assert/strict";
import { AgentError } from "../../../agent/error.ts";
import { parseKubeconfig, readKubeconfig } from "../../../k8s/client/kubeconfig.ts";
import { campaignCount, campaignSeed } from "../../campaign_size.ts";
import { Random } from "../../fakes/random.ts";

const K3S = `apiVersion: v1
kind: Config
clusters:
- cluster:
    certificate-authority-data: ${btoa("CA PEM")}
    server: https://127.0.0.1:6443
  name: default
contexts:
- context: { cluster: default, user: default }
  name: default
current-context: default
users:
- name: default
  user:
    client-certificate-data: ${btoa("CERT PEM")}
    client-key-data: ${btoa("KEY PEM")}
`;

Deno.test("parseKubeconfig() reads what k3s writes", () => {
  assert.deepEqual(parseKubeconfig(K3S), {
    server: "https://127.0.0.1:6443",
    caPem: "CA PEM",
    clientCertificatePem: "CERT PEM",
    clientKeyPem: "KEY PEM",
    token: undefined,
  });
});

Deno.test("readKubeconfig() reads files that are named instead of embedded", async () => {
  const text = K3S.replace(/client-key-data: .*/, "client-key: /k.pem");
  const read = (found: string | undefined) => readKubeconfig(text, () => Promise.resolve(found));
  assert.equal((await read("KEY")).clientKeyPem, "KEY");
  await assert.rejects(read(undefined), {
    code: "KUBE_API",
    message: /the file of "client-key" does not exist/,
  });
  const denied = () => Promise.reject(new Error("permission denied"));
  await assert.rejects(
    readKubeconfig(text, denied),
    /the file of "client-key" cannot be read: permission denied/,
  );
  assert.throws(() => parseKubeconfig(text), /field "client-key" names a file/);
});

for (
  const [what, from, to, message] of [
    ["no server", "    server: https://127.0.0.1:6443\n", "", /"clusters\.0\.cluster\.server"/],
    ["another context", "current-context: default", "current-context: other", /no context "other"/],
    ["a key that is not base64", btoa("KEY PEM"), "a*b", /"client-key-data" is not base64/],
    ["no YAML at all", "apiVersion: v1", "a: [}", /not YAML/],
  ] as const
) {
  Deno.test(`parseKubeconfig() refuses ${what}`, () => {
    assert.throws(() => parseKubeconfig(K3S.replace(from, to)), (error: AgentError) => {
      assert.equal(error.code, "KUBE_API");
      assert.match(error.message, message);
      return true;
    });
  });
}

Deno.test("parseKubeconfig() throws nothing but AgentError and never shows the key (fuzz)", () => {
  const random = new Random(campaignSeed(11));
  for (let round = 0; round < campaignCount(400); round++) {
    try {
      parseKubeconfig(random.mutate(K3S));
    } catch (error) {
      assert.ok(error instanceof AgentError, `round ${round}: ${error}`);
      assert.ok(!error.message.includes(btoa("KEY PEM")), `round ${round}`);
    }
  }
});
