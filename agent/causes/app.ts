import { sentence } from "../text/sentence.ts";
import type { CauseShape } from "./cause_shape.ts";
import { afterColon, BUNDLE, itSaid } from "./phrases.ts";

/** Parts of Alga that stop, stay silent, or lead people elsewhere. */
export const APP = {
  temporalSchema: {
    id: "app.temporal-schema",
    kind: "cause",
    owner: "vendor",
    title: "The workflow engine finds no usable tables in the database",
    reason: "Its own tables are missing or of another version.",
    nextAction:
      `Restart the workflow engine once (sudo k3s kubectl -n msp rollout restart deployment/temporal): it makes its tables at start. If it stays, ${
        afterColon(BUNDLE)
      }`,
    retrySafe: true,
    action: "call-vendor",
    remedy: "restart-part",
  } satisfies CauseShape,
  redis: {
    id: "app.redis",
    kind: "cause",
    owner: "vendor",
    title: "The cache (Redis) refuses requests",
    reason: (w) => `${w.component} cannot use it.${itSaid(w.detail)}`,
    nextAction: `Restart the cache (sudo k3s kubectl -n msp rollout restart statefulset/redis). ${BUNDLE}`,
    retrySafe: true,
    action: "call-vendor",
    remedy: "restart-part",
  } satisfies CauseShape<{ component: string; detail: string }>,
  redisDamaged: {
    id: "app.redis-damaged",
    kind: "cause",
    owner: "vendor",
    title: "The cache (Redis) cannot read its file",
    reason: (w) => `It stopped with: ${w.detail}`,
    nextAction: `Do not delete or repair the file. ${BUNDLE}`,
    retrySafe: false,
    action: "call-vendor",
  } satisfies CauseShape<{ detail: string }>,
  url: {
    id: "app.url",
    kind: "cause",
    owner: "you",
    title: (w) =>
      w.host === ""
        ? "The application address does not lead here"
        : `The application sends people to "${w.host}"`,
    reason: (w) =>
      w.host === ""
        ? `Alga answers on this machine, but ${w.address} does not lead to it from here.${itSaid(w.detail)}`
        : `The address in the settings is ${w.address}.`,
    nextAction: "Check the application address in the settings, its DNS record and the proxy in front of it.",
    consequence: "People may not reach the sign-in page under this address.",
    retrySafe: true,
    action: "open-settings",
  } satisfies CauseShape<{
    /** Where people are sent instead; "" when nowhere. */
    host: string;
    /** Application address as it was chosen. */
    address: string;
    detail: string;
  }>,
  certificate: {
    id: "app.certificate",
    kind: "cause",
    owner: "you",
    title: (w) => `Browsers will warn about ${w.address}`,
    reason: (w) =>
      `Alga answers there. ${sentence(w.detail || "Its certificate is not trusted by this machine")}`,
    nextAction:
      "Ask the network administrator to install a certificate that browsers know in the proxy before Alga. Nothing to do if every computer that uses it trusts this one.",
    consequence: "People can log in once they have accepted the warning.",
    retrySafe: true,
    action: "ask-network-admin",
  } satisfies CauseShape<{ address: string; detail: string }>,
  crash: {
    id: "app.crash",
    kind: "general",
    owner: "vendor",
    title: (w) => `${w.component} keeps stopping`,
    reason: (w) => `It was started ${w.times} times and stopped each time.${itSaid(w.detail)}`,
    nextAction: `Read its log. ${BUNDLE}`,
    retrySafe: true,
    action: "call-vendor",
  } satisfies CauseShape<{ component: string; times: number; detail: string }>,
  probe: {
    id: "app.probe",
    kind: "general",
    owner: "vendor",
    title: (w) => `${w.component} runs but does not answer`,
    reason: (w) => `It has been running for ${w.age} without becoming ready.${itSaid(w.detail)}`,
    nextAction: `Read its log. ${BUNDLE}`,
    retrySafe: true,
    action: "call-vendor",
  } satisfies CauseShape<{ component: string; age: string; detail: string }>,
};
