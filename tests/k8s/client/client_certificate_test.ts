import assert from "node:assert/strict";
import { requireUsableCertificate } from "../../../k8s/client/client_certificate.ts";
import { createKubeClient } from "../../../k8s/mod.ts";

async function openssl(...args: string[]): Promise<void> {
  const { code } = await new Deno.Command("openssl", { args, stdout: "null", stderr: "null" }).output();
  assert.equal(code, 0);
}

Deno.test("requireUsableCertificate() refuses what would end the process, and takes what k3s writes", async () => {
  const dir = await Deno.makeTempDir();
  try {
    for (const name of ["a", "b"]) {
      await openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", `${dir}/${name}.key`);
    }
    await openssl(
      "req",
      "-x509",
      "-new",
      "-key",
      `${dir}/a.key`,
      "-days",
      "2",
      "-subj",
      "/CN=a",
      "-out",
      `${dir}/v3.crt`,
    );
    await openssl("req", "-new", "-key", `${dir}/a.key`, "-subj", "/CN=a", "-out", `${dir}/a.csr`);
    await openssl(
      "x509",
      "-req",
      "-in",
      `${dir}/a.csr`,
      "-signkey",
      `${dir}/a.key`,
      "-days",
      "2",
      "-out",
      `${dir}/v1.crt`,
    );
    const read = (name: string) => Deno.readTextFile(`${dir}/${name}`);
    requireUsableCertificate(await read("v3.crt"), await read("a.key"));
    await assert.rejects(
      async () => requireUsableCertificate(await read("v1.crt"), await read("a.key")),
      /old version/,
    );
    await assert.rejects(
      async () => requireUsableCertificate(await read("v3.crt"), await read("b.key")),
      /does not belong/,
    );
    for (const pem of ["", "garbage", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]) {
      assert.throws(() => requireUsableCertificate(pem, pem), { code: "KUBE_API" });
      assert.throws(
        () =>
          createKubeClient({
            server: "https://127.0.0.1:1",
            caPem: undefined,
            clientCertificatePem: pem,
            clientKeyPem: pem,
            token: undefined,
          }),
        { code: "KUBE_API" },
      );
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
