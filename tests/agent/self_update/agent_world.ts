import assert from "node:assert/strict";
import { createHash, sign } from "node:crypto";
import { createEngine } from "../../../agent/operation/mod.ts";
import { LOCAL_PLACES, PREVIOUS_PROGRAM } from "../../../agent/install/places.ts";
import { carryOutOrder } from "../../../agent/self_update/carry_out_order.ts";
import { createAgentUpdateService } from "../../../agent/self_update/agent_update_service.ts";
import type { AgentOffer, ResolvedRelease } from "../../../agent/release/mod.ts";
import { openJournal } from "../../../agent/state/journal.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { FakeRegistry } from "../preflight/fake_registry.ts";
import { SETTINGS } from "../settings/settings_world.ts";
import { RushingClock, sampleRelease } from "../setup/steps/step_world.ts";
import { SITE_KEY, SITE_KEY_PATH, SITE_PUBLIC_KEY } from "../trust/site_key.ts";

export const BY = { by: "browser 192.0.2.7" };
export const OLD_PROGRAM = "program 1.1.0";
export const NEW_PROGRAM = "program 1.2.0";
export const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** The offer of a program, signed by the site's key. */
export function offerOf(program = NEW_PROGRAM, version = "1.2.0"): AgentOffer {
  const signature = sign("sha256", new TextEncoder().encode(program), SITE_KEY).toString("base64");
  return {
    version,
    repository: "ghcr.io/nine-minds/alga-agent",
    programs: { x64: { sha256: sha256(program), signature } },
  };
}

/** A machine whose systemd runs what lies in the agent's place, and whose programs install themselves. */
export function createMachine(installed: string = LOCAL_PLACES.program) {
  const host = new FakeHost({ [installed]: OLD_PROGRAM, [SITE_KEY_PATH]: SITE_PUBLIC_KEY });
  host.folders.set("/run/systemd/system", 0o755);
  const clock = new RushingClock();
  host.nowMs = () => clock.nowMs();
  const machine = {
    host,
    clock,
    /** Text of the program that the service runs, and where it was started. */
    running: { text: OLD_PROGRAM, path: installed },
    /** Programs that answer once they run. */
    answering: [OLD_PROGRAM, NEW_PROGRAM],
    /** Restarts of the service that were asked for. */
    restarts: 0,
    /** What the console on tty1 runs from. */
    console: OLD_PROGRAM,
    /** Called before each program or systemctl is run; what it throws is a power cut. */
    beforeRun: (_line: string) => {},
    textAt: (path: string) => new TextDecoder().decode(host.files.get(path)?.bytes),
    isAnswering: () => Promise.resolve(machine.answering.includes(machine.running.text)),
  };
  const restart = () => {
    const path = host.files.has(LOCAL_PLACES.program) ? LOCAL_PLACES.program : installed;
    machine.running = { text: machine.textAt(path), path };
    machine.restarts++;
  };
  host.commands.set("systemctl", ([verb = "", ...rest]) => {
    machine.beforeRun(`systemctl ${[verb, ...rest].join(" ")}`);
    if (verb === "restart") restart();
    if (verb === "try-restart") {
      assert.deepEqual(rest, ["--no-block", "alga-appliance-console@*.service"]);
      machine.console = machine.textAt(LOCAL_PLACES.program);
    }
    const { text, path } = machine.running;
    const isReplaced = machine.textAt(path) !== text;
    host.links.set("/proc/7/exe", `${path}${isReplaced ? " (deleted)" : ""}`);
    return { stdout: verb === "show" ? "ActiveState=active\nMainPID=7\nNeedDaemonReload=no\n" : "" };
  });
  for (const path of [PREVIOUS_PROGRAM, PATHS.agentNext]) {
    host.commands.set(path, async ([command = "", ...rest]) => {
      machine.beforeRun(`${path} ${[command, ...rest].join(" ")}`);
      const version = machine.textAt(path).split(" ").at(-1);
      if (command === "version") return { stdout: JSON.stringify({ version, commit: "c", builtAt: "" }) };
      await host.copyFile(path, LOCAL_PLACES.program, { mode: 0o755 });
      return {};
    });
  }
  /** A boot: systemd starts agent and console from their place. */
  const boot = () => {
    restart();
    machine.restarts--;
    machine.console = machine.running.text;
  };
  const renew = () => carryOutOrder({ ...machine, say: () => {}, signal: new AbortController().signal });
  return { ...machine, machine, boot, renew };
}

/** The agent on a machine, with a release that offers another one. */
export async function startAgentOn(
  { machine }: ReturnType<typeof createMachine>,
  {
    version = "1.1.0",
    agent = offerOf(),
    blob = NEW_PROGRAM,
    program = machine.running.path,
    openBlob,
  }: {
    version?: string;
    agent?: AgentOffer | undefined;
    blob?: string;
    program?: string;
    openBlob?: FakeRegistry["openBlob"];
  } = {},
) {
  const { host, clock } = machine;
  const journal = await openJournal(host, clock);
  const engine = createEngine({ host, clock, journal });
  const release: ResolvedRelease = sampleRelease({ version: "1.5.0", agent });
  const asked: number[] = [];
  const service = await createAgentUpdateService({
    engine,
    host,
    clock,
    journal,
    registryFor: () =>
      Object.assign(new FakeRegistry(), {
        openBlob: openBlob ??
          ((_host: string, _repository: string, _digest: string, { fromByte }: { fromByte: number }) => {
            asked.push(fromByte);
            const body = new Blob([blob]).stream();
            return Promise.resolve({ status: 200, headers: new Headers(), body });
          }),
      }),
    agentPort: 8080,
    program,
    settings: () => Promise.resolve(SETTINGS),
    releaseKeys: [],
    build: { version, commit: "c", builtAt: "" },
    arch: "x64",
    release: () => release,
    look: () => Promise.resolve(),
  });
  return { service, engine, journal, asked };
}
