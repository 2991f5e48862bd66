import type { Context } from "hono";
import type { Frame } from "../views/layout.ts";
import type { AppDeps, AppState, Env } from "./app_deps.ts";

/** What every page shows around its content. */
export async function frameOf(
  c: Context<Env>,
  deps: AppDeps,
  state: AppState,
  current?: Frame["current"],
): Promise<Frame> {
  const status = deps.status.current();
  const session = c.get("session");
  const version = status.release.selectedReleaseVersion;
  return {
    hostName: deps.identity.hostName,
    address: (await deps.identity.addresses())[0] ?? "",
    agentVersion: deps.identity.agentVersion,
    kubernetesVersion: status.kubernetesVersion,
    release: version === null ? null : `${version} · ${status.release.selectedChannel ?? ""}`,
    stylePath: state.stylesheet.path,
    ...(session === undefined ? {} : { csrfToken: session.csrfToken }),
    ...(current === undefined ? {} : { current }),
  };
}
