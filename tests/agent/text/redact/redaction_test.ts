import assert from "node:assert/strict";
import { knownValues } from "../../../../agent/text/redact/known_values.ts";
import { redactStream } from "../../../../agent/text/redact/redact_stream.ts";
import { createRedaction, type RedactionOptions } from "../../../../agent/text/redact/redaction.ts";
import { PERSONAL_RULES, REDACTION_RULES } from "../../../../agent/text/redact/rules.ts";
import { SPAN_RULES } from "../../../../agent/text/redact/spans.ts";
import { ENCODINGS, makeCanaries } from "./canaries.ts";
import { KEPT, PERSONAL_SAMPLES, SAMPLES } from "./samples.ts";

const KEY = new Uint8Array(32).fill(7);
const NONE = knownValues([]);

function redactionOf(more: Partial<RedactionOptions> = {}) {
  return createRedaction({ known: NONE, key: KEY, ...more });
}

async function redactAll(
  text: string,
  more: Partial<RedactionOptions> = {},
  pieceChars = 1 << 16,
): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += pieceChars) {
      yield await Promise.resolve(bytes.subarray(at, at + pieceChars));
    }
  }
  return (await Array.fromAsync(redactStream(pieces(), redactionOf(more).file()))).join("");
}

/** Of each shape of several lines a text that it alone finds something in. */
const SPANS: Readonly<Record<string, readonly [text: string, secret: string][]>> = {
  "P.pem-lines": [[
    "a\n-----BEGIN RSA PRIVATE KEY-----\nMIIEgeheim\nshort77\n-----END RSA PRIVATE KEY-----\nb\n",
    "MIIEgeheim",
  ], [
    "2026-11-26T17:00:00.1Z -----BEGIN EC PRIVATE KEY-----\n2026-11-26T17:00:00.1Z MHcgeheim\n",
    "MHcgeheim",
  ]],
  "P.yaml-block": [["db:\n  password: |\n    Geheim77\n    more77\n  host: db\n", "more77"]],
  "P.secret-data": [
    ["apiVersion: v1\ndata:\n  any: R2VoZWltNzcx\nkind: Secret\n", "R2VoZWltNzcx"],
    ['{\n "stringData": {\n  "any": "Geheim77"\n }\n}\n', "Geheim77"],
  ],
  "P.env-lines": [
    ["- name: DB_PASSWORD\n  value: Geheim77\n", "Geheim77"],
    ['{\n"name": "API_TOKEN",\n"value": "Geheim 77"\n}\n', "Geheim 77"],
  ],
  "P.base64-lines": [[`x\n${"aB3".repeat(25)}\nZ2VoZWlt\nend\n`, "Z2VoZWlt"], [
    `${"cD4/".repeat(19)}\n`,
    "cD4/cD4/",
  ]],
};

Deno.test("every shape of several lines has a text of its own", () => {
  assert.deepEqual(Object.keys(SPANS), SPAN_RULES.map((it) => it.id));
});
for (const [id, samples] of Object.entries(SPANS)) {
  Deno.test(`${id} takes the secret out, wherever the pieces end, and is needed`, async () => {
    for (const [text, secret] of samples) {
      for (const size of [1, 7, 64, 1 << 16]) {
        assert.ok(
          !(await redactAll(text, {}, size)).includes(secret),
          `${size}: ${await redactAll(text, {}, size)}`,
        );
      }
    }
    const spans = SPAN_RULES.filter((it) => it.id !== id);
    const left = await Promise.all(
      samples.map(async ([text, secret]) => (await redactAll(text, { spans })).includes(secret)),
    );
    assert.ok(left.some(Boolean), "without it everything was taken out as well");
  });
}

Deno.test("what stands behind a secret of several lines stays", async () => {
  assert.match(await redactAll("db:\n  password: |\n    a\n  host: db\n"), /\n {2}host: db\n$/);
  assert.match(
    await redactAll("data:\n  a: R2VoZWltNzcx\n  b: plain text\nkind: Secret\n"),
    /b: plain text\nkind/,
  );
});

Deno.test("every canary in every encoding is there before and gone after, alone and in one long line", async () => {
  const canaries = makeCanaries(1_200);
  const known = knownValues(canaries);
  const redaction = redactionOf({ known });
  const all: string[] = [];
  for (const { value, index } of canaries) {
    for (const [name, encode] of Object.entries(ENCODINGS)) {
      const written = encode(value);
      const line = `row ${index} says ${written} here`;
      assert.ok(line.includes(written));
      const out = redaction.file().line(line);
      assert.ok(!out.includes(written), `${name} of ${index}: ${out}`);
      all.push(written);
    }
  }
  const out = (await redactAll(all.join(" ; "), { known }, 1_000)) +
    (await redactAll(all.join("\n"), { known }, 333));
  for (const it of all) assert.ok(!out.includes(it), it);
});

Deno.test("the layer of known values is needed", () => {
  const [canary] = makeCanaries(1);
  assert.ok(canary);
  assert.ok(redactionOf().file().line(`says ${canary.value}`).includes(canary.value));
});

Deno.test("the same secret has the same mark, written one way or another; another bundle has another", () => {
  const known = knownValues([{ rule: "K.kube-secret", key: "a", value: "Geheim-77-x" }]);
  const marks = (key: Uint8Array) => {
    const file = redactionOf({ known, key }).file();
    return ["Geheim-77-x", encodeURIComponent("Geheim-77-x"), btoa("Geheim-77-x")].map((it) => file.line(it));
  };
  const [mark, ...others] = marks(KEY);
  assert.match(mark ?? "", /^\[redacted:K\.kube-secret:[0-9a-f]{4}\]$/);
  assert.deepEqual(others, [mark, mark]);
  assert.notEqual(marks(new Uint8Array(32).fill(8))[0], mark);
});

Deno.test("names that everybody knows stay although they stand in a Secret; short values go beside their name", () => {
  const known = knownValues([
    { rule: "K.kube-secret", key: "POSTGRES_USER", value: "app_user" },
    { rule: "K.kube-secret", key: "DB_HOST", value: "pgbouncer.msp" },
    { rule: "K.kube-secret", key: "PIN", value: "4711" },
  ]);
  const file = redactionOf({ known }).file();
  assert.equal(
    file.line("role app_user on pgbouncer.msp, 4711 rows"),
    "role app_user on pgbouncer.msp, 4711 rows",
  );
  assert.ok(!file.line("PIN=4711").includes("4711"));
  assert.ok(!file.line('{"PIN": "4711"}').includes("4711"));
});

Deno.test("a secret of several lines in a Secret is known by its lines", () => {
  const known = knownValues([{
    rule: "K.kube-secret",
    key: "config",
    value: "mail:\n  key-x: Geheim77Geheim\n",
  }]);
  assert.ok(!redactionOf({ known }).file().line("read key-x: Geheim77Geheim").includes("Geheim77"));
});

Deno.test("JSON comes out as JSON, without the secrets of its fields and texts", () => {
  const counts = {};
  const out = redactionOf().json({
    adminPassword: 'a"b',
    env: [{ name: "DB_PASSWORD", value: "Geheim77" }, { name: "HOST", value: "db" }],
    message: "failed: postgres://app:Geheim77@db/x\nsecond",
    count: 3,
  }, counts);
  const text = JSON.stringify(out);
  assert.ok(!/Geheim77|a\\"b/.test(text), text);
  assert.match(text, /"HOST","value":"db"/);
  assert.match(text, /second/);
  assert.deepEqual(counts, { "P.key-value": 2, "P.url-cred": 1 });
  // The stream that everything goes through finds nothing more.
  assert.equal(redactionOf().file().line(text), text);
});

Deno.test("e-mail addresses and hardware addresses are never whole, instances of units stay", () => {
  const file = redactionOf().file();
  assert.equal(
    file.line("to maria@acme.example and maria@acme.example, bob%40acme.example"),
    "to user-1@domain-1 and user-1@domain-1, user-2@domain-1",
  );
  assert.equal(file.line("link/ether 52:54:00:ab:cd:ef"), "link/ether 52:54:00:**:**:**");
  assert.equal(file.line("Started getty@tty1.service"), "Started getty@tty1.service");
});

Deno.test("strict: addresses and names go, the same one under the same name, networks recognisable", () => {
  const file = redactionOf({ strict: { hosts: ["appliance-01"], users: ["Maria"] } }).file();
  assert.equal(
    file.line("appliance-01 10.1.2.3 → 10.1.2.4, 10.9.9.3, 81.2.3.4, 127.0.0.1, 10.42.0.7"),
    "host1 net1.h1 → net1.h2, net2.h1, pub1.h1, 127.0.0.1, 10.42.0.7",
  );
  assert.equal(
    file.line("psa.acme-corp.com for maria in /home/maria, APPLIANCE-01; helm.toolkit.fluxcd.io"),
    "host2 for user1 in /home/user1, host1; helm.toolkit.fluxcd.io",
  );
  assert.equal(file.line("inet6 fe80::1 and 2001:db8::7 at 12:34:56"), "inet6 v6-1 and v6-2 at 12:34:56");
  const open = redactionOf().file();
  assert.equal(open.line("appliance-01 10.1.2.3"), "appliance-01 10.1.2.3");
});

Deno.test("colours between a name and its value hide nothing", () => {
  assert.ok(
    !redactionOf().file().line("\u001b[32mpassword\u001b[0m=\u001b[33mGeheim77\u001b[0m").includes(
      "Geheim77",
    ),
  );
});

Deno.test("what real programs say stays as it is", () => {
  for (const text of KEPT) assert.equal(redactionOf().file().line(text), text);
});

Deno.test("a line longer than any log has is cut, and no half of a secret stays at the cut", async () => {
  const known = knownValues([{ rule: "K.kube-secret", key: "a", value: "Geheim-77-x-Geheim" }]);
  for (const before of [128 * 1024 - 8, 128 * 1024 - 3_000, 128 * 1024 - 18]) {
    const out = await redactAll(
      `${"x ".repeat(before / 2)}Geheim-77-x-Geheim and more ${"y".repeat(300_000)}\nnext\n`,
      { known },
    );
    assert.ok(!out.includes("Geheim"));
    assert.ok(out.endsWith("[this line was cut]\nnext\n"), out.slice(-60));
  }
});

Deno.test("a line full of secrets is cut where it ends, not where it began", async () => {
  const known = knownValues([{ rule: "K.kube-secret", key: "a", value: "G".repeat(400) }]);
  const out = await redactAll(
    `${`${"G".repeat(400)} `.repeat(326)}${"G".repeat(399)} ${"z".repeat(9_000)}\n`,
    { known },
  );
  assert.ok(!out.includes("GGGG"));
});

Deno.test("what is not text is refused; holes of zeros are not", async () => {
  await assert.rejects(redactAll(String.fromCharCode(...Array.from({ length: 200 }, (_, i) => i % 28 + 1))), {
    name: "BinaryFileError",
  });
  assert.equal(await redactAll(`a\n${"\0".repeat(4_096)}b\n`), "a\nb\n");
  const utf16 = [..."password=Geheim77\n"].join("\0");
  assert.ok(!(await redactAll(utf16)).includes("Geheim77"));
});

Deno.test("each rule takes time in proportion to the length of a line", () => {
  const rules = [...REDACTION_RULES, ...PERSONAL_RULES];
  const samples: Record<string, readonly (readonly [string, string])[]> = { ...SAMPLES, ...PERSONAL_SAMPLES };
  const known = knownValues(makeCanaries(300));
  const mask = () => "";
  const timed = (act: () => unknown) => {
    let best = Infinity;
    for (let i = 0; i < 3; i++) {
      const startedMs = performance.now();
      act();
      best = Math.min(best, performance.now() - startedMs);
    }
    return best;
  };
  for (const rule of [...rules, { id: "K", apply: known.apply }]) {
    const texts = (samples[rule.id] ?? [[makeCanaries(1)[0]?.value ?? "", ""]]).map(([text]) => text);
    for (const text of texts) {
      for (
        const part of [
          text,
          text.slice(0, -2),
          text.slice(0, Math.ceil(text.length / 2)),
          "key=",
          "a@",
          "://",
        ]
      ) {
        const line = (chars: number) => part.repeat(Math.ceil(chars / part.length)).slice(0, chars);
        const [short, long] = [line(16_384), line(131_072)];
        const ms = [short, long].map((it) => timed(() => rule.apply(it, mask)));
        assert.ok(
          (ms[1] ?? 0) < 40 + 24 * (ms[0] ?? 0),
          `${rule.id} on ${JSON.stringify(part).slice(0, 60)}: ${ms.join()} ms`,
        );
      }
    }
  }
});
