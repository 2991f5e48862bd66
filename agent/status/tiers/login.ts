import { componentByName } from "../../product/components.ts";
import { appAddress, isAppUp, isProbeGood } from "../../facts/login_url.ts";
import { proof, workloadProof } from "./condition.ts";
import type { Component } from "../../product/components.ts";
import type { Scene } from "../../facts/facts.ts";
import type { Proof } from "../document.ts";

/** A probe older than this proves nothing. */
const PROBE_FRESH_MS = 60_000;

/** Proofs that people can sign in, without the tiers below. @see contract.md 7.1 LOGIN_READY, 7.2 */
export function loginProofs(scene: Scene): Proof[] {
  return [
    workloadProof(scene, componentByName("alga-core") as Component),
    answers(scene),
    address(scene),
  ];
}

/** The sign-in page answers on this machine. What answers under the public address may be something else. */
export function answers(scene: Scene): Proof {
  const title = "Sign-in page answers";
  const { local, public: open } = scene.snapshot.probes;
  const url = appAddress(scene);
  const fresh = local && scene.nowMs - Date.parse(local.at) <= PROBE_FRESH_MS ? local : undefined;
  if (!fresh) {
    return proof("answers", title, isAppUp(scene) ? "unknown" : "waiting", "Not asked yet");
  }
  if (isProbeGood(fresh, url)) {
    const elsewhere = !open
      ? ""
      : !isProbeGood(open, url)
      ? `; ${open.url} does not lead here from this machine`
      : open.privateCertificate
      ? `; browsers will warn about ${open.url}`
      : "";
    return proof("answers", title, "ready", `${fresh.url} answered ${fresh.statusCode}${elsewhere}`);
  }
  const why = fresh.error || `${fresh.url} answered ${fresh.statusCode}`;
  const isWrong = isAppUp(scene) && fresh.statusCode !== undefined;
  return proof("answers", title, isWrong ? "failed" : "waiting", why);
}

function address(scene: Scene): Proof {
  const url = appAddress(scene);
  return url === undefined
    ? proof("address", "Address is known", "waiting", "Neither set-up nor the cluster tells it yet")
    : proof("address", "Address is known", "ready", url);
}
