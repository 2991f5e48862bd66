import type { Context } from "hono";
import type { Frame } from "../views/layout.ts";
import type { AppDeps, AppState, Env } from "./app_deps.ts";
import { encryptedAddress } from "./encryption.ts";

const ADDRESS_MS = 10_000;

/** Asking costs a child process, and anybody may ask for the sign-in page: once in a while is enough. */
async function addressOf({ identity, clock }: AppDeps, state: AppState): Promise<string> {
  const nowMs = clock.nowMs();
  if (state.address === undefined || Math.abs(nowMs - state.address.askedMs) >= ADDRESS_MS) {
    state.address = { askedMs: nowMs, answer: identity.addresses().then((it) => it[0] ?? "", () => "") };
  }
  return await state.address.answer;
}

/** The page that says what went wrong must come up whatever it is. */
function isSetUp({ setup }: AppDeps): boolean {
  try {
    return setup.view().state.status === "done";
  } catch {
    return false;
  }
}

/** The same: an override is shown as long as it can be told. */
function overrideOf({ updates }: AppDeps): string | undefined {
  try {
    return updates.view().rules.override?.text;
  } catch {
    return undefined;
  }
}

/** What every page shows around its content. */
export async function frameOf(
  c: Context<Env>,
  deps: AppDeps,
  state: AppState,
  current?: Frame["current"],
): Promise<Frame> {
  const status = deps.status.current();
  const session = c.get("session");
  const override = overrideOf(deps);
  const version = status.release.selectedReleaseVersion;
  return {
    hostName: deps.identity.hostName,
    address: await addressOf(deps, state),
    agentVersion: deps.identity.agentVersion,
    kubernetesVersion: status.kubernetesVersion,
    release: version === null ? null : `${version} · ${status.release.selectedChannel ?? ""}`,
    stylePath: state.stylesheet.path,
    problems: status.topBlockers,
    isSetUp: isSetUp(deps),
    connection: c.env.isEncrypted
      ? { isEncrypted: true }
      : { isEncrypted: false, encryptedUrl: encryptedAddress(c) },
    certificate: status.certificate,
    ...(session === undefined ? {} : { csrfToken: session.csrfToken }),
    ...(session?.mustChoosePassword ? { isClosed: true } : {}),
    ...(override === undefined ? {} : { override }),
    ...(current === undefined ? {} : { current }),
  };
}
