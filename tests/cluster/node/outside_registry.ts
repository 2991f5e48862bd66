import { freePort } from "../../simulator/free_port.ts";
import { until } from "../../until.ts";
import { endProgram, startProgram } from "../child_process.ts";

/** How a registry can disappoint. */
export type RegistryFault =
  | { kind: "status"; status: 401 | 403 | 404 | 429 | 500 | 502 | 503 }
  /** Asks for a token and refuses to give one. */
  | { kind: "no-token" }
  /** Takes the request and never answers. */
  | { kind: "silent" }
  /** Sends blobs at this pace. */
  | { kind: "slow"; bytesPerSec: number }
  /** Ends each blob in the middle. */
  | { kind: "cut" };

/** Debian's docker-registry behind a door that can misbehave. */
export interface OutsideRegistry {
  /** Straight to the registry, past every fault; only this machine reaches it. */
  pushUrl: string;
  /** Lets requests fail whose path contains the text, `""` for all. Gives the undo. */
  fail(path: string, fault: RegistryFault): () => void;
  /** Closes the port: connections are refused. Gives the undo. */
  goDown(): Promise<() => void>;
  /** Requests of the node, `GET /v2/…` each. */
  requests: string[];
  close(): Promise<void>;
}

/** Opens plain HTTP on `port`, and HTTPS with a certificate that no node trusts on 443. */
export async function startOutsideRegistry(
  options: { dir: string; hostname: string; port: number; certificatePem: string; keyPem: string },
): Promise<OutsideRegistry> {
  const registry = await startRegistry(options.dir);
  const faults: { path: string; fault: RegistryFault }[] = [];
  const requests: string[] = [];

  async function answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    requests.push(`${request.method} ${url.pathname}`);
    const fault = faults.findLast((it) => url.pathname.includes(it.path))?.fault;
    if (fault?.kind === "silent") await new Promise(() => {});
    if (fault?.kind === "no-token") {
      if (url.pathname === "/token") return new Response("no", { status: 403 });
      const realm = `Bearer realm="http://${url.host}/token",service="${url.host}"`;
      return new Response("", { status: 401, headers: { "www-authenticate": realm } });
    }
    if (fault?.kind === "status") {
      return new Response("refused\n", {
        status: fault.status,
        headers: fault.status === 401 ? { "www-authenticate": 'Basic realm="registry"' } : {},
      });
    }
    const from = await fetch(`${registry.url}${url.pathname}${url.search}`, {
      method: request.method,
      headers: request.headers,
      redirect: "manual",
      signal: request.signal,
    });
    let body = from.body;
    if (body && url.pathname.includes("/blobs/")) {
      if (fault?.kind === "slow") body = body.pipeThrough(slow(fault.bytesPerSec));
      if (fault?.kind === "cut") body = body.pipeThrough(cut(Number(from.headers.get("content-length")) / 2));
    }
    return new Response(body, { status: from.status, headers: from.headers });
  }

  /** Gives what ends it at once: a request under way may be one that is never answered. */
  function open(more: { port: number; cert?: string; key?: string }): () => Promise<void> {
    const end = new AbortController();
    const server = Deno.serve({
      ...more as { port: number },
      hostname: options.hostname,
      signal: end.signal,
      onListen: () => {},
      onError: () => new Response("", { status: 502 }),
    }, answer);
    return async () => {
      end.abort();
      await server.finished;
    };
  }
  let isClosed = false;
  let closeDoor: (() => Promise<void>) | undefined = open({ port: options.port });
  const closeSecure = open({ port: 443, cert: options.certificatePem, key: options.keyPem });
  return {
    pushUrl: registry.url,
    requests,
    fail(path, fault) {
      const entry = { path, fault };
      faults.push(entry);
      return () => {
        const index = faults.indexOf(entry);
        if (index >= 0) faults.splice(index, 1);
      };
    },
    async goDown() {
      await closeDoor?.();
      closeDoor = undefined;
      return () => {
        if (!isClosed) closeDoor ??= open({ port: options.port });
      };
    },
    async close() {
      isClosed = true;
      await Promise.all([closeDoor?.(), closeSecure()]);
      await endProgram(registry.child);
    },
  };
}

async function startRegistry(dir: string): Promise<{ url: string; child: Deno.ChildProcess }> {
  const port = freePort();
  await Deno.mkdir(dir, { recursive: true });
  await Deno.writeTextFile(
    `${dir}/config.yml`,
    `version: 0.1
log: { level: error }
storage: { filesystem: { rootdirectory: ${dir}/data } }
http: { addr: "127.0.0.1:${port}", relativeurls: true }
`,
  );
  const child = startProgram("docker-registry", ["serve", `${dir}/config.yml`]);
  const url = `http://127.0.0.1:${port}`;
  try {
    await until(
      "docker-registry answers",
      async () => {
        const answer = await fetch(`${url}/v2/`);
        await answer.body?.cancel();
        return answer.ok;
      },
      (it) => it,
    );
    return { url, child };
  } catch (error) {
    await endProgram(child);
    throw error;
  }
}

function slow(bytesPerSec: number): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  const pieceMs = 200;
  const size = Math.max(1, Math.round(bytesPerSec * pieceMs / 1000));
  return new TransformStream({
    async transform(chunk, controller) {
      for (let i = 0; i < chunk.length; i += size) {
        controller.enqueue(chunk.subarray(i, i + size));
        await new Promise((resolve) => setTimeout(resolve, pieceMs));
      }
    },
  });
}

function cut(bytes: number): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let left = bytes;
  return new TransformStream({
    transform(chunk, controller) {
      if (left <= 0) controller.error(new Error("cut off"));
      else controller.enqueue(chunk.subarray(0, left));
      left -= chunk.length;
    },
  });
}
