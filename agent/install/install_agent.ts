import { AgentError } from "../error.ts";
import type { Host } from "../host/host.ts";
import { MODE } from "../state/paths.ts";
import { utcMinute } from "../text/utc_time.ts";
import type { BuildInfo } from "../version.ts";
import { isOlder, readInstalledBuild } from "./compare_builds.ts";
import { readConsoleLines } from "./console_lines.ts";
import { consoleUnitOf, type Places, UPDATE_UNIT } from "./places.ts";
import { ensureFolder, putFile, type WantedFile } from "./put_files.ts";
import { enableService, queueConsoleRestart, queueRestart, readService, startService } from "./service.ts";
import { FOLDERS, tmpfilesText } from "./tmpfiles.ts";

/** What {@link installAgent} puts where. */
export interface Installation {
  host: Host;
  /** The machine on which this program runs and lies; the same as `host` unless that has another root. */
  machine: Host;
  /** The program that runs now, as `machine` knows it. */
  program: string;
  build: BuildInfo;
  places: Places;
  texts: {
    unit: string;
    consoleUnit: string;
    loginUnit: string;
    updateUnit: string;
    manPage: string;
    completion: string;
  };
  allowDowngrade: boolean;
  /** Whether systemd is told; not below another root, and not by a package, which tells it itself. */
  withService: boolean;
}

/** What an installation came to. */
export interface Installed {
  /** Paths that were written or whose mode was changed. */
  changed: string[];
  /** `untouched` without a service, and where it runs this very program already. */
  service: "started" | "restarting" | "untouched";
  /** Lines that have a console from the next boot on; not at once, since somebody may be logged in there. */
  consoleLines: readonly string[];
}

/**
 * Puts program, unit, manual page, completion and folders in place and starts the service. Done twice it changes nothing. Over
 * a running agent it keeps everything: the restart is asked for, and what the journal says was running goes on after it.
 * @throws {AgentError} USAGE for a downgrade that was not asked for, STATE_WRITE_FAILED, COMMAND_FAILED
 */
export async function installAgent(it: Installation): Promise<Installed> {
  const { host, places, texts } = it;
  await refuseDowngrade(it);
  const changed: string[] = [];
  // The program last: with an old one a new unit still starts, and who sees the program finds everything else.
  const wanted: WantedFile[] = [
    { path: places.completion, mode: 0o644, from: { text: texts.completion } },
    { path: places.manPage, mode: 0o644, from: { text: texts.manPage } },
    { path: places.consoleUnit, mode: 0o644, from: { text: texts.consoleUnit } },
    { path: places.loginUnit, mode: 0o644, from: { text: texts.loginUnit } },
    { path: places.tmpfiles, mode: 0o644, from: { text: tmpfilesText() } },
    { path: places.updateUnit, mode: 0o644, from: { text: texts.updateUnit } },
    { path: places.unit, mode: 0o644, from: { text: texts.unit } },
    { path: places.program, mode: MODE.program, from: { copyOf: it.program } },
  ];
  for (const file of wanted) if (await putFile(host, it.machine, file)) changed.push(file.path);
  // The unit would make them too, but they are there before the first start.
  if (it.places.unit.startsWith("/etc/")) {
    for (const path of FOLDERS) {
      if (await ensureFolder(host, path, MODE.privateFolder)) changed.push(path);
    }
  }
  if (!it.withService) return { changed, service: "untouched", consoleLines: [] };

  const { isActive, isStale } = await readService(host);
  const consoleLines = await readConsoleLines(host);
  await enableService(host, [UPDATE_UNIT, ...consoleLines.map(consoleUnitOf)]);
  if (!isActive) {
    await startService(host);
    return { changed, service: "started", consoleLines };
  }
  const isNew = changed.includes(places.program) || changed.includes(places.unit);
  if (!isNew && !isStale) return { changed, service: "untouched", consoleLines };
  await queueRestart(host);
  await queueConsoleRestart(host);
  return { changed, service: "restarting", consoleLines };
}

async function refuseDowngrade({ host, places, build, allowDowngrade }: Installation): Promise<void> {
  if (allowDowngrade) return;
  const installed = await readInstalledBuild(host, places.program);
  if (installed === undefined || !isOlder(build, installed)) return;
  const named = ({ version, builtAt }: BuildInfo) =>
    builtAt === "" ? version : `${version} of ${utcMinute(builtAt)}`;
  throw new AgentError(
    "USAGE",
    `Cannot install alga-agent ${named(build)}: ${named(installed)} is installed, which is newer`,
    { hint: "Install a newer one, or say --allow-downgrade; it may refuse what the newer one has written" },
  );
}
