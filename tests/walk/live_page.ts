import { RawClient } from "../routes/raw_client.ts";
import type { AgentProcess } from "../simulator/agent_process.ts";

/** A page that is open and goes on to arrive; it has come as far as these words, which are of the first state of the status. */
export async function openLivePage(
  agent: Pick<AgentProcess, "url" | "token">,
  { path = "/", as = `authorization: Bearer ${agent.token}`, words = "Checked" } = {},
): Promise<RawClient> {
  const client = await RawClient.open({ hostname: "127.0.0.1", port: Number(new URL(agent.url).port) });
  await client.send(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${as}\r\n\r\n`);
  await client.until(words);
  return client;
}
