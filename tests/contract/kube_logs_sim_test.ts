import { type LogLine, startSimKubeApi } from "../simulator/kube_api.ts";
import { kubeLogsContract } from "./kube_logs_contract.ts";

Deno.test("simulated API: logs contract", async (t) => {
  const api = await startSimKubeApi();
  const client = api.client();
  const said: LogLine[] = [];
  const say = (agoMs: number) => said.push({ atMs: Date.now() - agoMs, text: `line ${said.length + 1}` });
  for (let agoMs = 3_000; agoMs > 0; agoMs -= 200) say(agoMs);
  const talking = setInterval(() => say(0), 20);
  try {
    await client.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "logs" } });
    for (const name of ["talker", "crasher", "waiting"]) {
      await client.create({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace: "logs" },
        spec: { containers: [{ name: "app", image: "x" }] },
      });
    }
    api.setLogs("logs", "talker", (_, previous) => previous ? "no-previous" : said);
    api.setLogs("logs", "crasher", (_, previous) => [previous ? "first life" : "second life"]);
    api.setLogs("logs", "waiting", () => ({ waiting: "trying and failing to pull image" }));
    await kubeLogsContract(t, {
      client,
      namespace: "logs",
      talker: "talker",
      crasher: "crasher",
      waiting: "waiting",
    });
  } finally {
    clearInterval(talking);
    client.close();
    await api.close();
  }
});
