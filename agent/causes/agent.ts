import { sentence } from "../text/sentence.ts";
import type { CauseShape } from "./cause_shape.ts";
import { BUNDLE, itSaid } from "./phrases.ts";

/** What the agent knows of itself. */
export const AGENT = {
  setupFailed: {
    id: "agent.setup-failed",
    kind: "symptom",
    owner: "you",
    place: { tier: "platform", component: "setup" },
    title: (w) => w.message,
    reason: (w) => w.step === "" ? "Setup stopped." : `Setup stopped at "${w.step}".`,
    nextAction: (w) => sentence(w.nextStep || 'Open the page "Set up" and try again'),
    retrySafe: true,
    action: "open-setup",
  } satisfies CauseShape<{
    message: string;
    /** Title of the step, "" before the first. */
    step: string;
    /** What the failure itself advises; "" when nothing. */
    nextStep: string;
  }>,
  stateDamaged: {
    id: "agent.state-damaged",
    kind: "cause",
    owner: "you",
    place: { tier: "fullHealth", component: "appliance" },
    title: "The appliance's own record was damaged",
    reason: (w) => `The good part is in use; the rest was put aside.${itSaid(w.detail)}`,
    nextAction: (w) =>
      w.isRecord
        ? 'Open the page "Set up", or use "sudo alga-agent setup --record show", and decide what counts. Nothing is changed before.'
        : `Check the disk. ${BUNDLE}`,
    consequence: "Parts of the history may be missing.",
    patienceMs: Infinity,
    retrySafe: true,
    action: "call-vendor",
  } satisfies CauseShape<{
    detail: string;
    /** It is the journal, and setup is closed until somebody decides. */
    isRecord: boolean;
  }>,
  certificateRefused: {
    id: "agent.certificate-refused",
    kind: "cause",
    owner: "you",
    place: { tier: "fullHealth", component: "appliance" },
    title: "This site's certificate for the agent's pages cannot be used",
    reason: (w) => `${w.problem}.`,
    nextAction: (w) => `${w.next}. The agent takes it up by itself.`,
    consequence: "Until then the pages have the certificate from before, or the agent's own.",
    patienceMs: Infinity,
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape<{
    problem: string;
    /** The way out, as an order. */
    next: string;
  }>,
  certificateEnds: {
    id: "agent.certificate-ends",
    kind: "cause",
    owner: "you",
    place: { tier: "fullHealth", component: "appliance" },
    title: "This site's certificate for the agent's pages ends soon",
    reason: (w) => `It is valid until ${w.day}.`,
    nextAction:
      "Put a renewed one and its key in place (sudo install -m 0600 FILE.crt /etc/alga-appliance/tls/tls.crt, the key likewise as tls.key). The agent takes it up by itself.",
    consequence: "Then the pages get the agent's own certificate, of which browsers warn.",
    patienceMs: Infinity,
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape<{
    /** Its last day, "2026-11-21". */
    day: string;
  }>,
  updateFailed: {
    id: "agent.update-failed",
    kind: "cause",
    owner: "vendor",
    place: { tier: "fullHealth", component: "appliance" },
    title: "The agent could not be updated",
    reason: (w) => sentence(w.message),
    nextAction: (w) => `${sentence(w.next)} Or try again: sudo alga-agent update agent retry.`,
    consequence: "The agent from before runs. Alga is not touched.",
    patienceMs: Infinity,
    retrySafe: true,
    action: "call-vendor",
  } satisfies CauseShape<{
    message: string;
    /** What the failure itself advises. */
    next: string;
  }>,
  unknown: {
    id: "agent.unknown",
    kind: "symptom",
    owner: "vendor",
    place: { tier: "login", component: "appliance" },
    title: "Alga is not ready and we do not know why",
    reason: (w) => `Nothing that we know explains it. It has been waiting for ${w.age}.`,
    nextAction: BUNDLE,
    retrySafe: true,
    action: "call-vendor",
  } satisfies CauseShape<{ age: string }>,
};
