import assert from "node:assert/strict";
import type { KubeClient } from "../../k8s/client/kube_client.ts";

/** Containers that every server under test runs: each says what its name promises. */
export interface LogServer {
  client: KubeClient;
  namespace: string;
  /** Says "line 1", "line 2" … about every 200 ms, for ever. */
  talker: string;
  /** Said "first life" and ended with 1, then "second life" and goes on. */
  crasher: string;
  /** Never starts: its image is not there. */
  waiting: string;
}

/** Longer than five lines need, however busy the machine is. */
const PATIENCE_SEC = 300;

/** What the agent relies on when it reads logs; runs on the simulator and on a real kubelet. */
export async function kubeLogsContract(t: Deno.TestContext, server: LogServer): Promise<void> {
  const { client, namespace } = server;
  const read = async (name: string, options: Parameters<KubeClient["logs"]>[1] = {}) =>
    await new Response(await client.logs({ namespace, name }, options)).text();
  const numbers = (text: string) => [...text.matchAll(/^line (\d+)$/gm)].map((it) => Number(it[1]));

  await t.step("logs() with tailLines gives the newest lines, whole", async () => {
    const all = numbers(await read(server.talker));
    const tail = numbers(await read(server.talker, { tailLines: 2 }));
    assert.equal(tail.length, 2);
    assert.ok((tail[1] ?? 0) >= (all.at(-1) ?? Infinity), `${tail} after ${all.at(-1)}`);
    assert.equal(tail[1], (tail[0] ?? 0) + 1);
  });

  await t.step("logs() with limitBytes gives no more than that", async () => {
    assert.equal((await read(server.talker, { limitBytes: 10 })).length, 10);
  });

  await t.step("logs() with sinceTime leaves out what is older", async () => {
    const stamps = [...(await read(server.talker, { timestamps: true })).matchAll(/^(\S+) line (\d+)$/gm)];
    const since = stamps.at(-1)?.[1] ?? "";
    // Servers count whole seconds: the one in which it falls belongs to it.
    const first = stamps.find(([, at = ""]) => at.slice(0, 19) >= since.slice(0, 19));
    assert.equal(numbers(await read(server.talker, { sinceTime: since }))[0], Number(first?.[2]));
    const future = new Date(Date.now() + 3_600_000).toISOString();
    assert.deepEqual(numbers(await read(server.talker, { sinceTime: future })), []);
  });

  await t.step("logs() with previous gives the life before", async () => {
    assert.equal((await read(server.crasher, { previous: true })).trim(), "first life");
    assert.equal((await read(server.crasher)).trim(), "second life");
  });

  await t.step("logs() of a life before that there was not is an error, not an empty log", async () => {
    await assert.rejects(read(server.talker, { previous: true }), { status: 400 });
  });

  await t.step("logs() of a container that has not started says why", async () => {
    await assert.rejects(read(server.waiting), (error: Error & { status?: number }) => {
      assert.equal(error.status, 400);
      assert.match(error.message, /is waiting to start/);
      return true;
    });
  });

  await t.step("logs() with follow goes on until it is told to stop", async () => {
    const ended = new AbortController();
    const limit = setTimeout(() => ended.abort(new Error("too late")), PATIENCE_SEC * 1000);
    const stream = await client.logs({ namespace, name: server.talker }, {
      follow: true,
      tailLines: 1,
      signal: ended.signal,
    });
    let text = "";
    const decoder = new TextDecoder();
    try {
      for await (const chunk of stream) {
        text += decoder.decode(chunk, { stream: true });
        if (numbers(text).length >= 5) ended.abort(new Error("enough"));
      }
    } catch (error) {
      assert.equal((error as Error).message, "enough");
    } finally {
      clearTimeout(limit);
    }
    const seen = numbers(text);
    assert.ok(seen.length >= 5, text);
    assert.deepEqual(seen, seen.map((_, i) => (seen[0] ?? 0) + i), "no line is lost or said twice");
  });
}
