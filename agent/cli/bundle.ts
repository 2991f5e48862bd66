import { AgentError, errorText } from "../error.ts";
import { COLLECTORS } from "../bundle/collectors.ts";
import { encryptFor, isRecipient } from "../bundle/encrypt.ts";
import { runBundle } from "../bundle/run_bundle.ts";
import { abortWith } from "../signals.ts";
import { RealHost } from "../host/real_host.ts";
import { BUILD } from "../version.ts";
import { streamFromAgent } from "./agent_client.ts";
import { bundleDiff, bundleInspect, bundleServe } from "./bundle_reading.ts";
import { type Command, EXIT, type ExitCode, type Terminal, UsageError } from "./command.ts";
import { localSources } from "./local_sources.ts";
import { parseKubeconfig, parseOptions, requireRoot } from "./options.ts";
import { requirePlace, writeOutput } from "./write_output.ts";

/** `alga-agent bundle` */
export const bundleCommand: Command = {
  name: "bundle",
  summary: "collect what support needs to help, without its secrets",
  help: `Usage: alga-agent bundle --output FILE [OPTIONS]
       alga-agent bundle inspect FILE [-o table|json] [--file PATH]
       alga-agent bundle inspect FILE workloads|events|logs|timeline [OPTIONS]
       alga-agent bundle serve FILE [--port PORT]
       alga-agent bundle diff FILE FILE [-o table|json]

  --output FILE       where the bundle goes; "-" is standard output
  --strict            also replace addresses and names by made-up ones
  --recipient age1…   encrypt it, so that only the holder of this key can
                      read it; may be repeated
  --root DIR          where the appliance's "/" lies (default /)
  --kubeconfig FILE   how to reach Kubernetes while no agent runs
                      (default /etc/rancher/k3s/k3s.yaml below the root)

  inspect             the status as it was when the bundle was made;
                      --file PATH prints one file of it, "--file ." lists them;
                      workloads, events and logs take what the commands of the
                      same name take, and a window ends with the bundle;
                      timeline tells what happened, oldest first
  serve               the same as pages, at http://127.0.0.1:PORT/
  diff                what changed between two bundles

Works with and without the running service; inspect, serve and diff need no
appliance. Making one needs root.

Exit codes: 0 ok, 1 error, 2 wrong usage, 4 parts of it could not be had
(its summary.md says which; of a running agent's bundle it alone does);
diff: 0 nothing changed, 1 something did.

Example: sudo alga-agent bundle --output /tmp/support.tar.gz`,
  async run(args, terminal) {
    const [first, ...rest] = args;
    if (first === "inspect") return await bundleInspect(rest, terminal);
    if (first === "serve") return await bundleServe(rest, terminal);
    if (first === "diff") return await bundleDiff(rest, terminal);
    return await makeBundle(args, terminal);
  },
};

async function makeBundle(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { values } = parseOptions(
    {
      args: [...args],
      options: {
        output: { type: "string" },
        strict: { type: "boolean", default: false },
        recipient: { type: "string", multiple: true },
        root: { type: "string", default: "/" },
        kubeconfig: { type: "string" },
      },
    } as const,
  );
  if (values.output === undefined || values.output === "") {
    throw new UsageError('Say where the bundle goes: --output FILE, or "--output -" for standard output');
  }
  const recipients = values.recipient ?? [];
  const wrong = recipients.find((it) => !isRecipient(it));
  if (wrong !== undefined) {
    throw new UsageError(
      `--recipient must be a public key of age like age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p, not "${wrong}"`,
    );
  }
  requirePlace(values.output, terminal);
  const host = new RealHost(await requireRoot(values.root));
  const kubeconfig = await parseKubeconfig(values.kubeconfig);
  const wanted = { strict: values.strict, recipients };
  const making = await fromAgent(host, wanted, terminal) ??
    local(host, kubeconfig, { ...wanted, signal: terminal.signal });
  try {
    const sizeBytes = await writeOutput(values.output, await making.bytes, terminal);
    const incomplete = await making.incomplete();
    if (values.output !== "-") terminal.err(`Wrote "${values.output}", ${sizeBytes} bytes\n`);
    if (incomplete === 0) return EXIT.ok;
    terminal.err(
      `Parts of it could not be had (${incomplete}): its summary.md says which, and why\n`,
      "warning",
    );
    return EXIT.degraded;
  } finally {
    await making.close();
  }
}

interface Making {
  bytes: Promise<ReadableStream<Uint8Array>> | ReadableStream<Uint8Array>;
  /** How many parts are incomplete; asked once all bytes are there. */
  incomplete(): Promise<number>;
  close(): Promise<void>;
}

/** The bundle of the running agent, which also remembers it; nothing where no agent answers. */
async function fromAgent(
  host: RealHost,
  wanted: { strict: boolean; recipients: readonly string[] },
  terminal: Terminal,
): Promise<Making | undefined> {
  try {
    const stream = await streamFromAgent(host, "/api/v1/support/bundle", wanted, terminal.signal);
    return {
      bytes: stream.bytes,
      incomplete: () => Promise.resolve(0), // its summary tells
      close: () => Promise.resolve(stream.close()),
    };
  } catch (error) {
    if (!(error instanceof AgentError)) throw error; // the agent answers, and says no
    terminal.err(`${errorText(error)}. Collecting without it\n`, "notice");
    return undefined;
  }
}

function local(
  host: RealHost,
  kubeconfig: string | undefined,
  { strict, recipients, signal }: { strict: boolean; recipients: readonly string[]; signal: AbortSignal },
): Making {
  const sources = localSources(host, kubeconfig);
  const stop = new AbortController();
  const unlink = abortWith(stop, signal);
  const run = runBundle({
    sources,
    collectors: COLLECTORS,
    build: BUILD,
    by: "command line",
    strict,
    signal: stop.signal,
  });
  return {
    bytes: recipients.length > 0 ? encryptFor(recipients, run.bytes) : run.bytes,
    async incomplete() {
      const { collectors } = await run.done;
      return collectors.filter((it) => it.status === "failed" || it.status === "not-started").length;
    },
    async close() {
      stop.abort();
      unlink();
      await run.done.catch(() => {});
      await sources.stop();
    },
  };
}
