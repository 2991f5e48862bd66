import { RealHost } from "../host/real_host.ts";
import { HELM_RELEASES } from "../product/helm_releases.ts";
import type { Recovered } from "../update/retry_part.ts";
import { connectAgent } from "./agent_client.ts";
import { EXIT, type ExitCode, type Terminal, UsageError } from "./command.ts";

const DID: Record<Recovered, string> = {
  update: "the update that was left goes on (alga-agent update)",
  values: "its settings are written again",
  job: "its finished Jobs are taken away",
  asked: "the installer tries it again now",
  "let-go": "it is no longer paused",
};

/** `alga-agent update retry-part` */
export async function retryPart(
  words: readonly string[],
  terminal: Terminal,
  root: string,
): Promise<ExitCode> {
  const [part, ...rest] = words;
  if (part === undefined || rest.length > 0) {
    throw new UsageError(`Say which part: ${HELM_RELEASES.join(", ")}`);
  }
  const client = connectAgent(new RealHost(root));
  try {
    const { did }: { did: readonly Recovered[] } = await client.request(
      "POST",
      "/api/v1/updates/retry-part",
      { part },
    );
    terminal.out(`${part}: ${did.map((it) => DID[it]).join("; ")}.\n`);
    return EXIT.ok;
  } finally {
    client.close();
  }
}
