import { createApp, createSocketApp } from "../../routes/mod.ts";
import { openAccess } from "../access/mod.ts";
import { systemClock } from "../clock.ts";
import { AgentError, errorText } from "../error.ts";
import { readInterfaces } from "../host/network_facts.ts";
import { RealHost } from "../host/real_host.ts";
import { createKubeConnector } from "../host/kube_connector.ts";
import { createRegistryClient, type RegistryClient, RELEASE_REGISTRY } from "../release/mod.ts";
import { createSetupService } from "../setup/mod.ts";
import { openJournal } from "../state/journal.ts";
import { createOperationLock } from "../state/operation_lock.ts";
import { MODE, PATHS } from "../state/paths.ts";
import { createStatusService } from "../status/mod.ts";
import { BUILD } from "../version.ts";
import { notifySystemd } from "../../systemd/notify.ts";
import { type Command, EXIT } from "./command.ts";
import {
  type ListenAddress,
  parseListen,
  parseMirrors,
  parseOptions,
  parseRoot,
  PLACE_HELP,
  PLACE_OPTIONS,
} from "./options.ts";

/** Requests under way at a stop get this long. */
const SHUTDOWN_MS = 3_000;

/** `alga-agent serve` */
export const serveCommand: Command = {
  name: "serve",
  summary: "run the agent: pages, API, set-up and status on one port",
  help: `Usage: alga-agent serve [OPTIONS]

  --listen ADDR:PORT          where pages and API are served (default 0.0.0.0:8080)
${PLACE_HELP}
  --download-url URL          fetch k3s below this address instead of its own site

Ends with SIGTERM or SIGINT; set-up goes on where it was at the next start.

Example: alga-agent serve --listen 0.0.0.0:8080`,
  async run(args, terminal) {
    const { values } = parseOptions(
      {
        args: [...args],
        options: {
          ...PLACE_OPTIONS,
          listen: { type: "string", default: "0.0.0.0:8080" },
          "download-url": { type: "string" },
        },
      } as const,
    );
    const host = new RealHost(parseRoot(values.root));
    const listen = parseListen(values.listen);
    const mirrors = parseMirrors(values["registry-mirror"]);
    const clock = systemClock;

    await prepareFolders(host);
    const access = await openAccess({ host, clock });
    const journal = await openJournal(host, clock);
    if (journal.damage !== undefined) {
      terminal.err(`${journal.damage}. The good part is used; the rest is in ${PATHS.damagedDir}\n`);
    }

    const connectKube = createKubeConnector(host, values.kubeconfig);
    const userAgent = `alga-agent/${BUILD.version}`;
    const addresses = async () =>
      (await readInterfaces(host).catch(() => [])).flatMap((it) => it.addresses.map((a) => a.address));
    const statusUrl = async () => `http://${(await addresses())[0] ?? "127.0.0.1"}:${listen.port}/`;

    const setup = await createSetupService({
      host,
      clock,
      journal,
      lock: createOperationLock(host, clock),
      connectKube,
      mirrors,
      registryFor: (network) => createRegistryClient({ mirrors, network, clock, userAgent }),
      ...(values["download-url"] === undefined ? {} : { downloadBaseUrl: values["download-url"] }),
      agentPort: listen.port,
      agentVersion: BUILD.version,
      loginStatus: () => status.current(),
      onStatus: (listener) => status.subscribe(listener),
    });
    const initialStatusUrl = await statusUrl();
    const probeClient = createRegistryClient({ mirrors, network: { dnsServers: [] }, clock, userAgent });
    const status = await createStatusService({
      host,
      clock,
      connectKube,
      setupView: () => setup.view(),
      onSetupChange: (listener) => setup.subscribe(listener),
      agentVersion: BUILD.version,
      statusUrl: () => initialStatusUrl,
      stateDamage: () => journal.damage,
      probeRegistry: (signal) => probeRegistry(probeClient, signal),
    });

    const hostName = (await host.readText("/etc/hostname"))?.trim() || "alga-appliance";
    const deps = {
      setup,
      status,
      access,
      clock,
      identity: {
        hostName,
        addresses,
        agentVersion: BUILD.version,
        commit: BUILD.commit,
        builtAt: BUILD.builtAt,
      },
      allowedHosts: () => Promise.resolve([hostName, `${hostName}.local`, "localhost"]),
    };
    const app = createApp(deps);
    const socketApp = createSocketApp(deps);

    const server = startServer(
      listen,
      (request, info) => app.fetch(request, { remoteAddr: remoteName(info.remoteAddr) }),
    );
    const socket = await startSocket(host, (request) => socketApp.fetch(request));
    terminal.err(`Listening on http://${formatAddress(server.addr as Deno.NetAddr)}/\n`);
    await setup.resume();
    await notifySystemd("READY=1").catch((error) =>
      terminal.err(`systemd was not told: ${errorText(error)}\n`)
    );

    await aborted(terminal.signal);
    terminal.err("Stopping\n");
    await notifySystemd("STOPPING=1").catch(() => {});
    await Promise.race([
      Promise.allSettled([setup.stop(), status.stop(), server.shutdown(), socket.shutdown()]),
      clock.sleep(SHUTDOWN_MS),
    ]);
    return EXIT.ok;
  },
};

/** Whether the registry can be used now, for the platform tier. */
async function probeRegistry(
  client: RegistryClient,
  signal: AbortSignal,
): Promise<{ ok: boolean; message: string }> {
  try {
    await client.ping(RELEASE_REGISTRY, { signal });
    return { ok: true, message: `${RELEASE_REGISTRY} answers` };
  } catch (error) {
    return { ok: false, message: errorText(error) };
  }
}

async function prepareFolders(host: RealHost): Promise<void> {
  for (const folder of [PATHS.stateDir, PATHS.configDir, PATHS.logDir]) {
    await host.makeFolder(folder, { mode: MODE.privateFolder });
  }
  await host.makeFolder(PATHS.runDir, { mode: MODE.privateFolder });
}

function startServer(
  listen: ListenAddress,
  handler: Deno.ServeHandler<Deno.NetAddr>,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({ ...listen, onListen: () => {}, onError: serverError }, handler);
  } catch (cause) {
    const where = `${listen.hostname}:${listen.port}`;
    if (cause instanceof Deno.errors.AddrInUse) {
      throw new AgentError("USAGE", `Cannot listen on ${where}: another program uses this port`, {
        hint: `Stop it ("ss -ltnp" names it), or choose another port with --listen`,
        cause,
      });
    }
    throw new AgentError("USAGE", `Cannot listen on ${where}: ${errorText(cause)}`, { cause });
  }
}

/** The last net below the app: whatever was thrown, the client gets an answer and the process lives. */
function serverError(): Response {
  return new Response("Internal error\n", {
    status: 500,
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
}

async function startSocket(
  host: RealHost,
  handler: (request: Request) => Response | Promise<Response>,
): Promise<Deno.HttpServer> {
  const path = host.path(PATHS.socket);
  await host.remove(PATHS.socket); // left by a crash; the folder is ours alone
  const server = Deno.serve({ path, onListen: () => {}, onError: serverError }, handler);
  await host.setMode(PATHS.socket, 0o600);
  return server;
}

function remoteName(address: Deno.Addr): string {
  return address.transport === "tcp" ? address.hostname : "socket";
}

function formatAddress(address: Deno.NetAddr): string {
  return address.hostname.includes(":")
    ? `[${address.hostname}]:${address.port}`
    : `${address.hostname}:${address.port}`;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
