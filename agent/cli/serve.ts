import { createApp, createSocketApp } from "../../routes/mod.ts";
import { createAuditLog } from "../access/audit_log.ts";
import { openAccess } from "../access/mod.ts";
import { createPageCertificate } from "../tls/page_certificate.ts";
import { readAudit } from "../access/read_audit.ts";
import { systemClock } from "../clock.ts";
import { keepBanner } from "../console/banner.ts";
import { createConsoleFeed } from "../console/feed.ts";
import { errorText } from "../error.ts";
import type { Host } from "../host/host.ts";
import { primaryAddress, readInterfaces } from "../host/network_facts.ts";
import { followFile } from "../host/follow_file.ts";
import { watchNetwork } from "../host/network_watch.ts";
import { raiseFileLimit } from "../host/raise_file_limit.ts";
import { RealHost } from "../host/real_host.ts";
import { createNetworkService } from "../network/network_service.ts";
import { createEngine } from "../operation/mod.ts";
import { createBundleService } from "../bundle/bundle_service.ts";
import { readKnownSecrets } from "../bundle/known_secrets.ts";
import { createLogService } from "../logs/log_service.ts";
import { createKubeConnector } from "../../k8s/connect_kube.ts";
import { recoverReleases } from "../recovery/recover_releases.ts";
import { createObserver } from "../observe/observer.ts";
import { createRegistryClient } from "../registry/client.ts";
import { type NetworkSettings } from "../net/settings.ts";
import { reportOnce } from "../report.ts";
import { createTlsRelay } from "../serving/tls_relay.ts";
import { summarizeSetup } from "../facts/summarize_setup.ts";
import { forgetPassword } from "../setup/initial_password.ts";
import { foldSetup } from "../setup/fold_setup.ts";
import { createSetupService } from "../setup/mod.ts";
import { followRecord } from "../setup/follow_record.ts";
import { onHost } from "../net/settings.ts";
import { followForFlux } from "../settings/follow_for_flux.ts";
import { createResolverFollower } from "../settings/follow_resolvers.ts";
import { createKnownNames } from "../settings/known_names.ts";
import { networkOfSettings, toCheckInputs } from "../settings/settings.ts";
import { createSettingsService } from "../settings/settings_service.ts";
import { readSelection } from "../setup/release_selection.ts";
import { readInputs } from "../setup/inputs/stored.ts";
import { createDiskFullWatch } from "../state/disk_full.ts";
import { openJournal } from "../state/journal.ts";
import { PATHS } from "../state/paths.ts";
import { removeTornFiles } from "../state/remove_torn_files.ts";
import { createAgentUpdateService } from "../self_update/agent_update_service.ts";
import { agentUpdateFailure, onAgentUpdate } from "../self_update/failure.ts";
import { updateLines } from "../update/rules_text.ts";
import { pausedReleases } from "../update/helm_releases.ts";
import { createRetryPart } from "../update/retry_part.ts";
import { createUpdateService } from "../update/update_service.ts";
import { watchLogin } from "../status/login_watch.ts";
import { createWorkloadsService } from "../workloads/mod.ts";
import { createStatusService } from "../status/mod.ts";
import type { StatusDocument } from "../status/document.ts";
import { BUILD } from "../version.ts";
import { openNotifier, startWatchdog } from "../../systemd/notifier.ts";
import { createBundleChecks } from "./bundle_checks.ts";
import { type Command, EXIT } from "./command.ts";
import { doAnswer } from "./do_answer.ts";
import { identityOf } from "./identity.ts";
import { formatAddress, isEverywhere, listenSocket, listenTcp } from "./listen.ts";
import type { Say } from "../text/log_line.ts";
import { damageText, prepareFiles, prepareFolders } from "./prepare_state.ts";
import { printable } from "../text/printable.ts";
import { createRegistryProbe } from "./registry_probe.ts";
import { cannotWrite, resumeOnceWritable } from "./resume_once_writable.ts";
import { readServeOptions, SERVE_HELP } from "./serve_options.ts";
import { takeAgentLock } from "./take_agent_lock.ts";
import { untilFirst } from "./until_first.ts";

/** Requests under way at a stop get this long. */
const SHUTDOWN_MS = 3_000;
/** Whoever waits for a page has it before what it does not need begins; nobody may wait this long. */
const NO_VISITOR_MS = 1_000;
/** What may change without a word (a disk that was full, a file that cannot be watched) is looked at again after this time. */
const LOOK_MS = 30_000;
/** A program that runs may take this long to be ready on a slow machine; the unit ends one that says nothing sooner. */
const START_MS = 180_000;

/** `alga-agent serve` */
export const serveCommand: Command = {
  name: "serve",
  summary: "run the agent: pages, API, setup and status on one port",
  help: SERVE_HELP,
  async run(args, terminal) {
    const { root, listen, mirrors, publicNames, kubeconfig, downloadBaseUrl, encryption } =
      await readServeOptions(args);
    const diskFull = createDiskFullWatch(systemClock);
    const host = new RealHost(root, { onNoSpace: diskFull.tell });
    const clock = systemClock;
    const say: Say = (level, text, about) => terminal.err(`${printable(text)}\n`, level, about);
    const startedMs = clock.nowMs();

    const found = await prepareFolders(host, clock);
    const held = await takeAgentLock(host, clock, formatAddress(listen));
    const systemd = openNotifier();
    const tell = (state: string) =>
      systemd.notify(state).catch((error) => say("warning", `systemd was not told: ${errorText(error)}`));
    await tell(`EXTEND_TIMEOUT_USEC=${START_MS * 1000}`);
    const files = await prepareFiles(host, clock);
    for (const it of [...found, ...files.found]) say("warning", it);
    const audit = createAuditLog({ host, clock, say });
    const access = await openAccess({ host, clock, audit });
    const journal = await openJournal(host, clock);
    if (journal.damage !== undefined) {
      say("error", `${journal.damage}. The good part is used; the rest is in ${PATHS.damagedDir}`);
    }

    const connectKube = createKubeConnector(host, kubeconfig);
    const userAgent = `alga-agent/${BUILD.version}`;
    // A page without its addresses is better than none.
    const addresses = async () =>
      (await readInterfaces(host).catch(() => [])).flatMap((it) => it.addresses.map((a) => a.address));

    const registryFor = (network: NetworkSettings) =>
      createRegistryClient({ mirrors, network: onHost(network, host), clock, userAgent });
    let { port } = listen;

    const engine = createEngine({ host, clock, journal, say });
    const setup = await createSetupService({
      engine,
      host,
      clock,
      journal,
      connectKube,
      mirrors,
      registryFor,
      ...(downloadBaseUrl === undefined ? {} : { downloadBaseUrl }),
      get agentPort() {
        return port; // of the listener, where the options leave it open
      },
      login: watchLogin(() => status),
    });
    const firstAddress = await openedAddress(host, listen.hostname) ?? "127.0.0.1";
    const address = () =>
      isEverywhere(listen.hostname) ? observer.snapshot().host.primaryAddress ?? firstAddress : firstAddress;
    const settings = await createSettingsService({
      engine,
      host,
      clock,
      connectKube,
      mirrors,
      registryFor,
      get agentPort() {
        return port;
      },
      setupView: () => setup.view(),
      answers: () => readInputs(host, clock, foldSetup(journal.entries()).runId),
    });
    const resolvers = createResolverFollower({ host, clock, settings, say });
    const network = await createNetworkService({
      host,
      clock,
      engine,
      hasKubernetes: () => setup.view().steps.some((it) => it.id === "k3s" && it.status === "done"),
    });
    const registryProbe = createRegistryProbe(async () => {
      const now = await settings.current();
      return now === undefined ? { dnsServers: [] } : networkOfSettings(now);
    }, registryFor);
    const report = reportOnce((id, error) => say("error", `Error in ${id}, told once: ${errorText(error)}`));
    const over = new AbortController();
    const links = watchNetwork(host, { clock, signal: over.signal });
    const observer = createObserver({
      host,
      clock,
      links,
      connectKube,
      setup: {
        summary: () => summarizeSetup(setup.view(), { isRecordDamaged: journal.damage !== undefined }),
        subscribe: (listener) => setup.subscribe(listener),
      },
      probeRegistry: (signal) => registryProbe.ask(signal),
      report,
    });
    const firstName = (await host.readText("/etc/hostname"))?.trim() || "alga-appliance";
    // This is up before who names the machine (cloud-init), and stays up when it gets another name.
    const hostName = () => observer.snapshot().host.name || firstName;
    const relay = createTlsRelay();
    const certificate = createPageCertificate({
      host,
      clock,
      names: {
        get hostName() {
          return hostName();
        },
        get mainAddress() {
          return address();
        },
        addresses,
      },
      use: relay.use,
      say,
    });
    const status = await createStatusService({
      host,
      clock,
      observer: {
        snapshot: observer.snapshot,
        subscribe(listener) {
          const ends = [observer, settings, diskFull, certificate].map((it) => it.subscribe(listener));
          ends.push(onAgentUpdate(engine, listener));
          return () => ends.forEach((end) => end());
        },
      },
      report,
      agentVersion: BUILD.version,
      statusUrl: (scheme = "http") => `${scheme}://${formatAddress({ hostname: address(), port })}/`,
      certificate,
      stateDamage: () => damageText(files.damaged, journal.damage),
      diskFull: diskFull.current,
      updateProblem: () => agentUpdateFailure(engine.view("agent-update")),
      clusterDnsStale: resolvers.stale,
      news: settings.news,
    });

    const bundles = await createBundleService({
      sources: {
        host,
        clock,
        connectKube,
        evidence: () => Promise.resolve(status.evidence()),
        checks: createBundleChecks({
          host,
          clock,
          mirrors,
          registryFor,
          get agentPort() {
            return port;
          },
          inputs: async () => {
            const now = await settings.current();
            return now && toCheckInputs(now);
          },
          atSetup: () => Promise.resolve(setup.view().preflight),
        }),
      },
      say,
      recipients: async () => (await readSelection(host, clock))?.resolved.manifest.supportRecipients ?? [],
    });
    const workloads = createWorkloadsService({
      snapshot: () => status.evidence().snapshot,
      clock,
      connectKube,
    });
    const logs = createLogService({
      host,
      clock,
      connectKube,
      pods: () => observer.snapshot().pods,
      readKnown: async (signal) => (await readKnownSecrets({ host, connectKube }, { signal })).known,
      setupLog: () => setup.view().log,
      record: journal.entries,
    });
    const updates = await createUpdateService({
      engine,
      host,
      clock,
      journal,
      connectKube,
      mirrors,
      registryFor,
      get agentPort() {
        return port;
      },
      isSetUp: () => setup.view().state.status === "done",
      settings: settings.current,
      pinnedAtSetup: () => setup.view().answers.find((it) => it.field === "releaseRef")?.value ?? "",
      audit: audit.record,
      say,
      login: watchLogin(() => status),
      troubles: () => status.current().topBlockers.map((it) => it.title),
      paused: () => pausedReleases(observer.snapshot().flux),
    });

    const agentUpdates = await createAgentUpdateService({
      engine,
      host,
      clock,
      journal,
      registryFor,
      get agentPort() {
        return port;
      },
      settings: settings.current,
      build: BUILD,
      arch: Deno.build.arch === "aarch64" ? "arm64" : "x64",
      program: Deno.execPath(),
      release: updates.known,
      look: updates.look,
    });

    const ownNames = () => [hostName(), `${hostName()}.local`, "localhost", ...publicNames];
    let hasResumed = false;
    const retryPart = createRetryPart({
      host,
      clock,
      connectKube,
      updates,
      isSetUp: () => setup.view().state.status === "done",
      settings: settings.current,
    });
    const deps = {
      setup,
      settings,
      network,
      bundles,
      updates,
      retryPart,
      agentUpdates,
      logs,
      status,
      workloads,
      access,
      encryption,
      audit: { record: audit.record, read: () => readAudit(host) },
      clock,
      isReady: () => hasResumed && !cannotWrite(setup.view().state),
      say,
      identity: identityOf(hostName, addresses),
      isKnownName: createKnownNames(ownNames, settings, engine),
    };
    const app = createApp(deps);
    const feed = createConsoleFeed({
      host,
      clock,
      links,
      status,
      setup,
      access,
      network,
      updates: { lines: () => updateLines(updates.view()), subscribe: updates.subscribe },
      get hostName() {
        return hostName();
      },
      build: BUILD,
      current: engine.current,
    }, over.signal);
    const socketApp = createSocketApp(deps, feed);

    // What a kill left owed comes before anything that could be asked for.
    await engine.dischargeOwed();
    // The socket first: who sees the port answer may use the command line.
    const socket = await listenSocket(host, (request, visitor) => socketApp.fetch(request, visitor), say);
    const { handler, first } = untilFirst((request, visitor) => app.fetch(request, visitor));
    let server;
    try {
      server = listenTcp(listen, handler, { say, relay });
    } catch (error) {
      await socket.shutdown();
      throw error;
    }
    ({ port } = server.addr);
    say("info", `Listening on http://${formatAddress(server.addr)}/`);
    await removeTornFiles(host, [PATHS.stateDir, "/etc/rancher/k3s"], startedMs);
    await engine.resume();
    hasResumed = true;

    await tell(`READY=1\n${statusLine(status.current())}`);
    let told = statusLine(status.current());
    status.subscribe((it) => {
      if (statusLine(it) !== told) void tell(told = statusLine(it));
    });
    const own = [server.addr, socket.addr];
    startWatchdog(systemd, over.signal, (limitMs) => doAnswer(own, limitMs));
    await Promise.race([first, clock.sleep(NO_VISITOR_MS), aborted(terminal.signal)]);
    // The unit brings enough; one that is run by hand starts with 1,024.
    void raiseFileLimit().then((problem) => {
      if (problem !== undefined) say("warning", problem);
    });
    const looking = { clock, signal: over.signal, pollMs: LOOK_MS, report };
    const followers: readonly Promise<unknown>[] = [
      followFile(host, PATHS.setupToken, () => access.refresh(), looking),
      // Who comes encrypted before waits for it.
      followFile(host, PATHS.siteCertificate, certificate.refresh, looking),
      resumeOnceWritable(() => setup.view().state, () => engine.resume(), {
        clock,
        signal: over.signal,
        report,
      }),
      recoverReleases({ host, clock, connectKube, observer, say }, over.signal),
      audit.follow(over.signal),
      diskFull.follow(host, over.signal),
      forgetPassword({ login: watchLogin(() => status), clock, connectKube, say, report }, over.signal),
      followRecord({
        setup,
        clock,
        apiState: () => observer.snapshot().api.state,
        subscribe: observer.subscribe,
      }, over.signal),
      resolvers.follow(over.signal),
      followForFlux({ host, clock, settings, connectKube, say }, over.signal),
      updates.follow(over.signal),
      keepBanner({ host, clock, feed, say }, over.signal),
    ];

    await aborted(terminal.signal);
    say("info", "Stopping");
    await tell("STOPPING=1\nSTATUS=Stopping");
    over.abort();
    app.stop();
    registryProbe.close();
    await Promise.race([
      Promise.allSettled([
        engine.stop(),
        bundles.stop(),
        status.stop(),
        observer.stop(),
        server.shutdown(),
        socket.shutdown(),
        ...followers,
      ]),
      clock.sleep(SHUTDOWN_MS),
    ]);
    await systemd.close();
    await held.release().catch(() => {}); // it ends with the process anyway
    return EXIT.ok;
  },
};

/** The headline in the words of systemctl status. */
function statusLine(status: StatusDocument): string {
  return `STATUS=${printable(status.rollup.message)}`;
}

/** Where people open the pages: what is listened on, or this machine's address when that is every address. */
async function openedAddress(host: Host, hostname: string): Promise<string | undefined> {
  if (!isEverywhere(hostname)) return hostname;
  // A machine that does not tell is asked again by the observer.
  return (await primaryAddress(host).catch(() => undefined))?.address;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
