import assert from "node:assert/strict";
import { COLLECTORS } from "../../../agent/bundle/collectors.ts";
import { replay } from "../../../agent/bundle/replay.ts";
import { createKubeConnector } from "../../../k8s/connect_kube.ts";
import { CANARIES, plantedAppliance, plantedPod } from "./planted_appliance.ts";
import { allText, makeBundle, sourcesOf } from "./make_bundle.ts";

Deno.test("1,000 planted secrets in eleven encodings, in every source: none leaves", async () => {
  const { api, host, log, forbidden, canary } = await plantedAppliance();
  const connectKube = createKubeConnector(host);
  try {
    const sources = sourcesOf({ host, connectKube });
    sources.evidence = async (signal) => {
      const evidence = await sourcesOf().evidence(signal);
      return {
        ...evidence,
        snapshot: {
          ...evidence.snapshot,
          pods: [plantedPod()],
          api: { ...evidence.snapshot.api, state: "not-answering", error: `refused ${canary.value}` },
        },
      };
    };
    const bundle = await makeBundle({ sources, collectors: COLLECTORS });
    const text = allText(bundle);
    assert.ok(bundle.manifest.knownValues.count >= CANARIES, JSON.stringify(bundle.manifest.knownValues));
    assert.deepEqual(bundle.manifest.knownValues.problems, []);
    const failed = bundle.manifest.collectors.filter((it) => it.status === "failed");
    assert.deepEqual(failed, []);
    for (
      const path of [
        "pods/msp/app-0/app.log",
        "pods/msp/app-0/app.previous.log",
        "kube/events.json",
        "kube/configmaps.json",
        "kube/secrets.json",
        "kube/pods.json",
        "logs/k3s.log",
        "logs/alga-appliance.log",
        "state/audit.jsonl",
        "state/install-state.json",
        "replay/evidence.json",
      ]
    ) assert.ok((bundle.files.get(path)?.length ?? 0) > 20, path);
    const leaked = forbidden.filter((it) => text.includes(it));
    assert.deepEqual(leaked.slice(0, 10), []);
    // Each line of each copy of the log, in whatever file, against what it said before.
    const said = new Map(log.map((it) => [/^step \d+ [a-z0-9 ]+? says /.exec(it)?.[0] ?? "", it]));
    let looked = 0;
    for (
      const [, head = "", rest = ""] of text.matchAll(
        /(step \d+ [a-z0-9 ]+? says )((?:(?!step \d+ [a-z0-9 ]+? says )[^\n])*)/g,
      )
    ) {
      const before = said.get(head);
      assert.ok(before !== undefined, head);
      looked++;
      const secret = before.slice(0, -" here".length);
      for (const it of [secret, JSON.stringify(secret).slice(1, -1)]) {
        assert.ok(!`${head}${rest}`.includes(it), `${head}${rest}`);
      }
    }
    const inEvents = new TextDecoder().decode(bundle.files.get("kube/events.json")).match(/step \d+ /g) ?? [];
    assert.ok(inEvents.length >= log.length, `${inEvents.length} lines came by events`);
    assert.ok(looked > 11 * log.length, `${looked} lines were looked at`);
    assert.match(text, /\[redacted:K\.kube-secret:/);
    const audit = new TextDecoder().decode(bundle.files.get("state/audit.jsonl"));
    assert.match(audit, /"via":"password","address":"192\.0\.2\.77","browser":"Firefox on Linux"/);
    // Still of use: names, structure, and JSON that is JSON.
    assert.match(text, /"keys": \[\s+"NAME_0"/);
    JSON.parse(new TextDecoder().decode(bundle.files.get("replay/evidence.json")));
    JSON.parse(new TextDecoder().decode(bundle.files.get("status.json")));
    assert.equal(replay(bundle).sources[0]?.state, "not-answering");
  } finally {
    (await connectKube())?.close();
    await api.close();
  }
});

Deno.test("with an API that hangs a bundle is made of what the machine tells", async () => {
  const { api, host } = await plantedAppliance();
  const connectKube = createKubeConnector(host);
  try {
    api.hang();
    const bundle = await makeBundle({
      sources: sourcesOf({ host, connectKube }),
      limits: { collectorMs: 1_000, bundleMs: 30_000 },
    });
    assert.ok(bundle.files.has("logs/k3s.log"));
    assert.match(bundle.manifest.knownValues.problems.join(), /Secrets of Kubernetes/);
    assert.ok(!allText(bundle).includes("typed-by-maria-77"));
  } finally {
    await api.resume();
    (await connectKube())?.close();
    await api.close();
  }
});
