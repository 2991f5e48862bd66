import assert from "node:assert/strict";
import { makeCertificate, makeKey } from "../../agent/tls/make_certificate.ts";
import { readCertificate } from "../../agent/tls/read_certificate.ts";
import { readPeerCertificate } from "../../agent/net/peer_certificate.ts";
import { campaignCount } from "../campaign_size.ts";
import { MANAGEMENT_PASSWORD, signIn as signInClear } from "../simulator/sign_in.ts";
import { until } from "../until.ts";
import { binaryTest } from "./binary_case.ts";
import { BoundSockets } from "./bound_sockets.ts";
import { HOSTILE } from "./flood.ts";
import { run } from "./program.ts";
import { sendRaw } from "./raw_socket.ts";
import { type RunningAgent, withAgent } from "./running_agent.ts";

const DAY_MS = 86_400_000;
const HALF_HANDSHAKE = HOSTILE["half a handshake"];

/** A client that trusts the agent's own certificate, and nothing else. */
async function trusting(agent: RunningAgent): Promise<Deno.HttpClient> {
  const path = `${agent.root}/var/lib/alga-appliance/self-signed.json`;
  const text = await until(
    "the certificate is made",
    () => Deno.readTextFile(path).catch(() => ""),
    (it) => it !== "",
  );
  return Deno.createHttpClient({ caCerts: [JSON.parse(text).certificate] });
}

async function openFiles(agent: RunningAgent): Promise<number> {
  return (await Array.fromAsync(Deno.readDir(`/proc/${agent.pid}/fd`))).length;
}

/** Shakes hands once. */
async function peer({ port }: RunningAgent) {
  const to = { registry: "", hostName: "127.0.0.1", port, isEncrypted: true };
  return await readPeerCertificate(to, { timeoutMs: 20_000 });
}

/** The status document's word for the certificate. */
async function shown(agent: RunningAgent) {
  return (await agent.request("GET", "/api/v1/status")).body.certificate;
}

await binaryTest(
  "one port answers encrypted and in clear, every method, each with its own length",
  async (program) => {
    await withAgent(program, async (agent) => {
      const client = await trusting(agent);
      try {
        for (const url of [`https://127.0.0.1:${agent.port}`, `https://localhost:${agent.port}`, agent.url]) {
          for (
            const [method, status] of [["GET", 200], ["HEAD", 200], ["DELETE", 405]] as const
          ) {
            const answer = await fetch(`${url}/healthz`, { method, client });
            const text = await answer.text();
            assert.equal(answer.status, status, `${method} ${url}`);
            assert.equal(text.includes('"status":"ok"'), method === "GET");
          }
        }
      } finally {
        client.close();
      }
      // A connection that is used again, the first byte long gone.
      const get = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
      assert.deepEqual((await sendRaw(agent.port, get.repeat(3), { answers: 3 })).statuses, [200, 200, 200]);
      const broken = "HEAD / HTTP/1.1\r\nHost: [::1\r\n\r\n";
      const { text, statuses } = await sendRaw(agent.port, broken + get, { answers: 2 });
      assert.deepEqual([statuses, text.includes("Bad request")], [[400, 200], false]);
      assert.deepEqual((await sendRaw(agent.port, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")).statuses, [400]);
    });
  },
);

await binaryTest(
  "the fingerprint is that of the connection, in the status and beside the token",
  async (program) => {
    await withAgent(program, async (agent) => {
      const client = await trusting(agent);
      client.close();
      const { fingerprint, url, origin } = await until(
        "it is shown",
        () => shown(agent),
        (it) => it !== null,
      );
      assert.deepEqual([origin, url], ["self-signed", `https://127.0.0.1:${agent.port}/`]);
      const { stdout } = await new Deno.Command("sh", {
        args: ["-c", `openssl s_client -connect 127.0.0.1:${agent.port} </dev/null 2>/dev/null`],
      }).output();
      assert.equal(readCertificate(new TextDecoder().decode(stdout))?.fingerprint, fingerprint);
      const { stdout: status } = await run(program, ["status", "--root", agent.root]);
      assert.ok(status.includes(fingerprint), status);
      const { stdout: token, stderr } = await run(program, ["token", "show", "--root", agent.root]);
      assert.equal(token.trim(), await agent.token());
      assert.ok(stderr.includes(fingerprint), stderr);
    });
  },
  await hasOpenssl() ? undefined : "openssl is not installed",
);

await binaryTest("a thousand handshakes, whole and broken off, leave no descriptor", async (program) => {
  await withAgent(program, async (agent) => {
    const client = await trusting(agent);
    await until("the certificate is in use", () => shown(agent), (it) => it !== null);
    const before = await openFiles(agent);
    for (let i = 0; i < 20; i++) {
      const answer = await fetch(`https://127.0.0.1:${agent.port}/healthz`, { client });
      await answer.body?.cancel();
    }
    client.close();
    // Long before the idle limit.
    await until("who hangs up is gone", () => openFiles(agent), (it) => it <= before + 2, 20);
    for (let round = 0; round < campaignCount(50); round++) {
      await Promise.all(Array.from({ length: 20 }, async (_, i) => {
        if (i % 2 === 0) {
          await peer(agent);
        } else (await Deno.connect({ port: agent.port })).close();
      }));
      using sockets = new BoundSockets();
      for (let i = 0; i < 10; i++) sockets.open("127.0.0.2", agent.port, HALF_HANDSHAKE);
    }
    // Sooner than a handshake that somebody still waits for.
    await until("all are closed", () => openFiles(agent), (it) => it <= before + 2, 8);
  });
});

await binaryTest("a handshake that stops halfway or drips is ended as half a request is", async (program) => {
  await withAgent(program, async (agent) => {
    using sockets = new BoundSockets();
    const dripping = sockets.open("127.0.0.3", agent.port, HALF_HANDSHAKE) ?? assert.fail("refused");
    const waiting = new Set([dripping]);
    for (let i = 1; i <= HALF_HANDSHAKE.length; i++) {
      waiting.add(
        sockets.open("127.0.0.2", agent.port, HALF_HANDSHAKE.slice(0, i)) ?? assert.fail("refused"),
      );
    }
    await until("all are closed", () => {
      if (waiting.has(dripping)) sockets.send(dripping, "\0");
      for (const it of sockets.reap()) waiting.delete(it);
      return waiting.size;
    }, (it) => it === 0);
  });
});

await binaryTest(
  "a signed-in page answers over TLS amid half handshakes from one address and from many",
  async (program) => {
    await withAgent(program, async (agent) => {
      const client = await trusting(agent);
      const url = `https://127.0.0.1:${agent.port}`;
      try {
        const cookie = await signIn(agent, client);
        for (const sources of [1, 200]) {
          using sockets = new BoundSockets();
          for (let i = 0; i < 2_000; i++) {
            sockets.open(`127.0.1.${1 + i % sources}`, agent.port, HALF_HANDSHAKE);
          }
          const page = await fetch(`${url}/setup?live=off`, { client, headers: { cookie } });
          assert.equal(page.status, 200);
          await page.body?.cancel();
        }
        assert.ok(await agent.rssMib() < 300, `${await agent.rssMib()} MiB`);
        assert.ok(!/panick|Uncaught/i.test(agent.output()), agent.output());
      } finally {
        client.close();
      }
    });
  },
);

await binaryTest("a live page follows over TLS, and says when the agent stops", async (program) => {
  await withAgent(program, async (agent) => {
    const client = await trusting(agent);
    try {
      const cookie = await signIn(agent, client);
      const answers = {
        appUrl: "psa.example.com",
        tenantName: "A",
        adminFirstName: "B",
        adminLastName: "C",
        adminEmail: "d@example.com",
        adminPassword: "Correct-Horse7!",
      };
      assert.equal((await agent.request("POST", "/api/v1/setup", answers)).status, 202);
      const page = await fetch(`https://127.0.0.1:${agent.port}/`, { client, headers: { cookie } });
      let text = "";
      const reading = (async () => {
        for await (const chunk of page.body?.pipeThrough(new TextDecoderStream()) ?? []) text += chunk;
      })();
      const beats = () => text.split('class="stale"').length;
      await until("the page follows", beats, (it) => it > 2);
      const { code } = await agent.stop("SIGTERM");
      assert.equal(code, 0);
      await reading;
      assert.match(text, /The agent is restarting[^]*<\/html>$/);
    } finally {
      client.close();
    }
  });
});

await binaryTest(
  "the site's certificate is swapped while the agent runs, and a bad one is told",
  async (program) => {
    const folder = (agent: RunningAgent) => `${agent.root}/etc/alga-appliance/tls`;
    const put = async (agent: RunningAgent, name: string, key: string, keyOf = key) => {
      const certificate = await makeCertificate(key, {
        names: [name],
        notBefore: new Date(Date.now() - DAY_MS),
        notAfter: new Date(Date.now() + 90 * DAY_MS),
      });
      await Deno.writeTextFile(`${folder(agent)}/tls.key`, keyOf, { mode: 0o600 });
      await Deno.writeTextFile(`${folder(agent)}/tls.crt`, certificate);
      return readCertificate(certificate)?.fingerprint;
    };
    const subject = async (agent: RunningAgent) =>
      (await peer(agent))
        ?.subject;
    await withAgent(program, async (agent) => {
      for (const name of ["one.example.com", "two.example.com"]) {
        const fingerprint = await put(agent, name, makeKey());
        await until(
          "it is taken up",
          async () => (await shown(agent))?.fingerprint,
          (it) => it === fingerprint,
        );
        assert.equal(await subject(agent), name);
      }
      await until(
        "one listener is left behind the port",
        () => listeningPorts(agent),
        (it) => it.length === 2,
      );
      await put(agent, "three.example.com", makeKey(), makeKey());
      const blockers = async () => (await agent.request("GET", "/api/v1/status")).body.topBlockers;
      const found = await until("it is told", blockers, (it) => it.length > 0);
      assert.deepEqual(found.map((it: { id: string }) => it.id), ["agent.certificate-refused"]);
      assert.equal(await subject(agent), "two.example.com");
    }, { prepare: (root) => Deno.mkdir(`${root}/etc/alga-appliance/tls`, { recursive: true }) });
  },
);

await binaryTest("nobody gets in by the listener behind the port", async (program) => {
  await withAgent(program, async (agent) => {
    (await trusting(agent)).close();
    await until("the certificate is in use", () => shown(agent), (it) => it !== null);
    const behind = (await listeningPorts(agent)).filter((it) => it !== agent.port);
    assert.equal(behind.length, 1);
    const before = await openFiles(agent);
    const strangers = await Promise.all(
      Array.from({ length: 10 }, () => Deno.connect({ port: behind[0] ?? 0 })),
    );
    try {
      assert.equal(await openFiles(agent), before, "they cost nothing");
      assert.equal((await peer(agent))?.subject, "alga-appliance", "and nobody waits for them");
    } finally {
      for (const it of strangers) it.close();
    }
    await until("nothing is left of them", () => openFiles(agent), (it) => it <= before);
  });
});

/** TCP ports of IPv4 that the agent listens on. */
async function listeningPorts(agent: RunningAgent): Promise<number[]> {
  const own = new Set<string>();
  for await (const { name } of Deno.readDir(`/proc/${agent.pid}/fd`)) {
    own.add(await Deno.readLink(`/proc/${agent.pid}/fd/${name}`).catch(() => ""));
  }
  const rows = (await Deno.readTextFile("/proc/net/tcp")).split("\n").map((it) => it.trim().split(/\s+/));
  return rows.filter((it) => it[3] === "0A" && own.has(`socket:[${it[9]}]`))
    .map((it) => parseInt(it[1]?.split(":")[1] ?? "", 16));
}

/** A password is chosen in clear; the session is one of TLS. */
async function signIn(agent: RunningAgent, client: Deno.HttpClient): Promise<string> {
  await signInClear(agent.url, agent.token);
  const answer = await fetch(`https://127.0.0.1:${agent.port}/login`, {
    client,
    method: "POST",
    redirect: "manual",
    body: new URLSearchParams({ password: MANAGEMENT_PASSWORD }),
  });
  await answer.body?.cancel();
  return answer.headers.get("set-cookie")?.split(";")[0] ?? assert.fail("not signed in");
}

async function hasOpenssl(): Promise<boolean> {
  return await new Deno.Command("openssl", { args: ["version"], stdout: "null", stderr: "null" }).output()
    .then(
      (it) => it.success,
      () => false,
    );
}
