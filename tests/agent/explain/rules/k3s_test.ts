import assert from "node:assert/strict";
import { NETWORK } from "../../../../agent/causes/network.ts";
import { finding } from "../../../../agent/explain/finding.ts";
import { rankFindings } from "../../../../agent/explain/rank.ts";
import { journalRule } from "../../../../agent/explain/rules/k3s.ts";
import { makeFacts } from "../../../../agent/facts/facts.ts";
import { evaluate } from "../../../../agent/status/evaluate.ts";
import { ago, NOW_MS } from "../../status/objects.ts";
import { found, testRows } from "../rule_row.ts";
import { K3S, K3S_ROWS, lostNode, machine, silent, slowSql, started } from "./k3s_rows.ts";

testRows(K3S_ROWS);

/** As the kubelet within k3s writes them. */
const OF_ONE_POD = [
  'E1121 11:59:30.1 1 pod_workers.go:1301] "Error syncing pod, skipping" err="failed to \\"StartContainer\\" for \\"x\\" with ErrImagePull: x509: certificate has expired or is not yet valid" pod="msp/x"',
  'E1121 11:59:30.1 1 pod_workers.go:1301] "Error syncing pod, skipping" err="failed to \\"StartContainer\\" for \\"x\\" with RunContainerError: mkdirat etc: read-only file system',
  'E1121 11:59:30.1 1 log.go:32] "PullImage from image service failed" err="x509: certificate is valid for 192.0.2.1, not 192.0.2.5" image="registry.test/x:1"',
  'E1121 11:59:30.1 1 kuberuntime_manager.go:1] "Unhandled Error" err="write /tmp/x: no space left on device" logger="x" pod="msp/x"',
];

for (const [id, line] of K3S) {
  Deno.test(`${id} stands before "Kubernetes does not answer" and every part that waits: ${line.slice(0, 90)}`, () => {
    const status = evaluate(silent([[80, started], [70, line], [2, started]]), NOW_MS);
    assert.equal(status.topBlockers[0]?.id, id);
    assert.ok(status.topBlockers.every((it) => it.id !== "k3s.api-down"));
    assert.equal(status.rollup.state, "failed_action_required");
  });
}

Deno.test("what the newest run says counts at once, and a run that has said nothing yet leaves what the one before it said", () => {
  const [token, port] = ["k3s.token-invalid", "k3s.start-port"].map((id) =>
    K3S.find(([it]) => it === id)?.[1] ?? ""
  );
  const first = (...lines: [number, string][]) => evaluate(silent(lines), NOW_MS).topBlockers[0]?.id;
  const before: [number, string][] = [[30, started], [29, token ?? ""], [20, started], [19, port ?? ""]];
  assert.equal(first(...before), "k3s.start-port");
  assert.equal(first(...before, [2, started]), "k3s.start-port");
  assert.equal(first(...before, [2, started], [1, token ?? ""]), "k3s.token-invalid");
});

Deno.test("a new address stands before the machine that Kubernetes has lost by it", () => {
  const status = evaluate(machine({ addresses: ["192.0.2.99"] }, [lostNode("")]), NOW_MS);
  assert.deepEqual(status.topBlockers.map((it) => it.id), ["net.node-ip-changed"]);
  assert.match(status.topBlockers[0]?.reason ?? "", /192\.0\.2\.7/);
});

Deno.test("a slow disk that may pass does not hide that Kubernetes is silent", () => {
  const young = silent(slowSql(4, "2.3s").map(([seconds, text]) => [seconds - 350, text]));
  assert.equal(evaluate(young, NOW_MS).topBlockers[0]?.id, "k3s.api-down");
});

for (const line of OF_ONE_POD) {
  Deno.test(`the service's word about one pod is none about the machine: ${line.slice(30, 150)}`, () => {
    const ids = found(silent([[80, started], [70, line], [2, started]])).map((it) => it.id);
    assert.deepEqual(ids.filter((it) => it !== "k3s.api-down"), []);
  });
}

for (const [id, line] of K3S) {
  Deno.test(`${id} stands before what was seen of pods while Kubernetes still answered: ${line.slice(0, 90)}`, () => {
    const old = { label: "Message", text: "dial tcp: i/o timeout" };
    const seen = finding(makeFacts(silent([]), NOW_MS), NETWORK.egress, {
      tier: "platform",
      component: "network",
      since: ago(86_400),
      words: { server: "ghcr.io" },
      evidence: [old],
    });
    const facts = makeFacts(silent([[80, started], [70, line], [2, started]]), NOW_MS);
    const ranked = rankFindings([seen, ...journalRule.find(facts)], { loginReady: false });
    assert.equal(ranked[0]?.finding.id, id);
  });
}
