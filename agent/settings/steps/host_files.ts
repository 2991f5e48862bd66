import { AgentError } from "../../error.ts";
import type { Change, Step } from "../../operation/step.ts";
import { MODE, PATHS } from "../../state/paths.ts";
import { writeK3sConfig } from "../../../k8s/k3s/config.ts";
import type { SettingsContext } from "../context.ts";
import { surplusAuthorities, wantedAuthorities, wantedK3sFiles } from "../wanted_files.ts";

const UPDATE_TIMEOUT_MS = 60_000;

/** Files of the host: what k3s and the pods' resolver read, and the authorities that this machine trusts. */
export const hostFilesStep: Step<SettingsContext> = {
  id: "host-files",
  title: "Write the files of this machine",
  failure: {
    category: "storage",
    cannot: "The files of this machine could not be written",
    nextAction:
      "See that the disk has room (df -h /) and can be written (findmnt -no OPTIONS /), then try again",
  },
  async look(context) {
    for (const file of await wantedK3sFiles(context)) {
      if (await context.host.readText(file.path) !== file.text) return false;
    }
    return await areAuthoritiesThere(context);
  },
  async act(context) {
    const { host, settings, say } = context;
    await writeK3sConfig(host, await wantedK3sFiles(context));
    if (await areAuthoritiesThere(context)) return;
    const wanted = wantedAuthorities(settings.caCerts);
    if (wanted.length > 0) await host.makeFolder(PATHS.caFolder, { mode: MODE.publicFolder });
    for (const { path, text, mode } of wanted) await host.writeFile(path, text, { mode });
    say("Taking up the certificate authorities");
    const surplus = await surplusAuthorities(host, wanted);
    // The bundle is made again before the last trace of the old files goes: a kill in between leaves something to see.
    for (const path of surplus) await host.writeFile(path, "", { mode: 0o644 });
    await updateAuthorities(context);
    for (const path of surplus) await host.remove(path);
  },
  async plan(context) {
    const { host, settings } = context;
    const changes: Change[] = [];
    for (const { path, text } of await wantedK3sFiles(context)) {
      const found = await host.readText(path);
      if (found !== text) changes.push(fileChange(path, found, text));
    }
    const wanted = wantedAuthorities(settings.caCerts);
    for (const { path, text } of wanted) {
      if (await host.readText(path) === text) continue;
      changes.push({ object: path, field: "", from: undefined, to: "trusted" });
    }
    for (const path of await surplusAuthorities(host, wanted)) {
      changes.push({ object: path, field: "", from: "trusted", to: undefined });
    }
    return changes;
  },
};

/** Our files, no other of ours, and the machine's bundle made from them. */
async function areAuthoritiesThere({ host, settings }: SettingsContext): Promise<boolean> {
  const wanted = wantedAuthorities(settings.caCerts);
  if ((await surplusAuthorities(host, wanted)).length > 0) return false;
  if (wanted.length === 0) return true;
  const bundle = await host.readText(PATHS.caBundle) ?? "";
  for (const { path, text } of wanted) {
    if (await host.readText(path) !== text || !bundle.includes(text.trim())) return false;
  }
  return true;
}

async function updateAuthorities({ host, signal }: SettingsContext): Promise<void> {
  const { code, stderr } = await host.run(["update-ca-certificates"], {
    timeoutMs: UPDATE_TIMEOUT_MS,
    signal,
  });
  if (code === 0) return;
  throw new AgentError("COMMAND_FAILED", `"update-ca-certificates" ended with ${code}: ${stderr.trim()}`);
}

/** A proxy's address may hold a password, so its file is told as a whole. */
function fileChange(object: string, from: string | undefined, to: string): Change {
  switch (object) {
    case PATHS.k3sEnvironment:
      return {
        object,
        field: "proxy",
        from: from ? "set" : "none",
        to: to === "" ? "none" : "set",
        isSecret: true,
      };
    case PATHS.k3sResolvConf:
      return { object, field: "nameserver", from: from && serversOf(from), to: serversOf(to) };
    default:
      return { object, field: "", from: from === undefined ? undefined : "written", to: "written again" };
  }
}

function serversOf(text: string): string {
  return text.replaceAll("nameserver ", "").trim().replaceAll("\n", ", ");
}
