import { makeCertificates } from "../cluster/certificates.ts";

/** A TLS server on loopback. Its certificate comes from an authority of its own, which nobody trusts before being told to. */
export interface UntrustedServer extends AsyncDisposable {
  port: number;
  /** Without a path. */
  url: string;
  /** The authority's certificate. */
  caPem: string;
  /** Holds it as `ca.crt`; goes with the server. */
  dir: string;
}

export async function startUntrustedServer(
  handler: Deno.ServeHandler = () => new Response("{}"),
): Promise<UntrustedServer> {
  const dir = await Deno.makeTempDir({ prefix: "alga-untrusted-" });
  const { caPem } = await makeCertificates(dir);
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    cert: await Deno.readTextFile(`${dir}/server.crt`),
    key: await Deno.readTextFile(`${dir}/server.key`),
    onListen() {},
  }, handler);
  const { port } = server.addr;
  return {
    port,
    url: `https://127.0.0.1:${port}`,
    caPem,
    dir,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await Deno.remove(dir, { recursive: true });
    },
  };
}
