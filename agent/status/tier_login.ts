import { componentByName } from "./components.ts";
import { appAddress, isProbeGood } from "./login_url.ts";
import { proof, workloadProof } from "./proof.ts";
import type { Component } from "./components.ts";
import type { Scene } from "./scene.ts";
import type { Proof } from "./status_document.ts";

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

/** The sign-in page answers on this machine; from outside it counts as well, since that includes it. */
export function answers(scene: Scene): Proof {
  const title = "Sign-in page answers";
  const { local, public: open } = scene.snapshot.probes;
  const url = appAddress(scene);
  const fresh = [local, open].filter((it) => it && scene.nowMs - Date.parse(it.at) <= PROBE_FRESH_MS);
  const good = fresh.find((it) => it && isProbeGood(it, url));
  if (good) {
    const elsewhere = open && !isProbeGood(open, url) && !open.privateCertificate
      ? `; ${open.url} does not lead here from this machine`
      : "";
    return proof("answers", title, "ready", `${good.url} answered ${good.statusCode}${elsewhere}`);
  }
  const failed = fresh[0];
  if (!failed) {
    const started = scene.state("alga-core")?.workload !== undefined;
    return proof("answers", title, started ? "unknown" : "waiting", "Not asked yet");
  }
  const why = failed.error || `${failed.url} answered ${failed.statusCode}`;
  const ready = scene.state("alga-core")?.ready === true;
  return proof("answers", title, ready && failed.statusCode !== undefined ? "failed" : "waiting", why);
}

function address(scene: Scene): Proof {
  const url = appAddress(scene);
  return url === undefined
    ? proof("address", "Address is known", "waiting", "Neither set-up nor the cluster tells it yet")
    : proof("address", "Address is known", "ready", url);
}
