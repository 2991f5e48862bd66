import { sentence } from "../text/sentence.ts";

/** The way to Alga support, in a sentence. */
export const BUNDLE = "Send the technical details to Alga support.";
/** What others said in their own words stands there, with its object and time. */
export const QUOTED = "The details quote what was said.";
/** For what only a new release can change. */
export const VENDOR = "Nothing on this machine. Report the release and this image to Alga support.";

/** How room is made on the disk, from what costs nothing to what stays. */
export const FREE_SPACE =
  "Free space (sudo journalctl --vacuum-size=200M, then sudo k3s crictl rmi --prune), or enlarge the disk in the hypervisor.";
/** How the way out of this network is looked at. */
export const LOOK_AT_THE_WAY = "See where the connection ends (sudo alga-agent preflight)";
/** Starts Kubernetes again; what runs goes on. */
export const RESTART_K3S = 'Restart the service "k3s" (sudo systemctl restart k3s)';

/** " 192.0.2.53" or nothing. */
export function named(name: string): string {
  return name === "" ? "" : ` ${name}`;
}

/** ' "name"' or nothing. */
export function quoted(name: string): string {
  return name === "" ? "" : ` "${name}"`;
}

/** The last line that was heard, as a sentence of its own. */
export function itSaid(detail: string): string {
  return detail === "" ? "" : ` It said: ${sentence(detail)}`;
}

/** A title in the middle of a sentence. Names keep their capital. */
export function midSentence(title: string): string {
  return title.replace(/^The /, "the ");
}

/** A sentence after a colon. */
export function afterColon(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

/** Of a certificate that may be trusted, and is not for the address that was asked for. */
export const MISNAMED = {
  reason:
    "The certificate that is shown there does not name this address: it is another server's, or it was made without the name.",
  nextAction:
    "Ask the network administrator to exempt the address from inspection. A registry or mirror of your own needs a certificate that names this address (subject alternative name): trusting it is not enough.",
} as const;
