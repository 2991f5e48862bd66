import assert from "node:assert/strict";
import { explainNetworkText } from "../../../agent/explain/network_text.ts";
import { evaluate } from "../../../agent/status/evaluate.ts";
import { flux, healthyCluster, notReady, NOW_MS, snapshotOf, workingMore } from "../status/objects.ts";
import { clientOf } from "./client_of.ts";
import { ON_THE_WAY, type ProductAnswer, REGISTRIES } from "./products.ts";

const ALL = [...REGISTRIES, ...ON_THE_WAY];
const STATUS_TEXT: Readonly<Record<number, string>> = {
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  412: "Precondition Failed",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
};
const ADDRESS = "https://ghcr.io/v2/nine-minds/alga-appliance-release/manifests/stable";

/** As source-controller quotes what it was answered. @see google/go-containerregistry:pkg/v1/remote/transport/error.go */
function inFlux({ status, body }: ProductAnswer): string {
  const said = body.startsWith("{")
    ? JSON.parse(body).errors.map((it: { code: string; message: string; detail?: unknown }) =>
      `${it.code}: ${it.message}${it.detail === undefined ? "" : `; ${JSON.stringify(it.detail)}`}`
    ).join("; ")
    : `unexpected status code ${status} ${STATUS_TEXT[status]}: ${body}`;
  return `failed to determine artifact digest: GET ${ADDRESS}: ${said}`;
}

Deno.test("at least 24 products are asked, each text with its source", () => {
  assert.ok(new Set(ALL.map((it) => it.product)).size >= 24);
  for (const it of ALL) assert.ok(it.source.length > 5, it.product);
});

for (const answer of ALL) {
  const { product, what, status, headers, body, failure, cause } = answer;
  Deno.test(`${product}, ${what}: the client tells "${failure}"`, async () => {
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      () => new Response(body, { status, headers: { "content-type": "application/json", ...headers } }),
    );
    const clock = { nowMs: () => Date.now(), sleep: () => Promise.resolve() };
    const client = clientOf(`http://127.0.0.1:${server.addr.port}`, { clock });
    try {
      await assert.rejects(client.fetchManifest("ghcr.io", "nine-minds/release", "stable"), {
        failure,
        status,
      });
    } finally {
      client.close();
      await server.shutdown();
    }
  });

  Deno.test(`${product}, ${what}: Flux' sentence of it tells ${cause ?? "no cause, and is quoted"}`, () => {
    const text = inFlux(answer);
    assert.equal(explainNetworkText(text)?.cause.id, cause);
    const cluster = healthyCluster();
    const failed = flux("OCIRepository", "alga-appliance", [notReady("OCIArtifactPullFailed", text)]);
    const { topBlockers: [first] } = evaluate(
      snapshotOf({
        ...cluster,
        flux: cluster.flux.map((it) => it.kind === "OCIRepository" ? failed : it),
      }, workingMore()),
      NOW_MS,
    );
    assert.ok(first?.evidence.some((it) => it.label === "Message"), "it is quoted");
    assert.doesNotMatch(
      [first?.title, first?.reason, first?.nextAction].join(" "),
      /<|DENIED|MANIFEST_UNKNOWN/,
    );
  });
}
