import { sentence } from "../text/sentence.ts";
import type { CauseShape } from "./cause_shape.ts";
import { afterColon, BUNDLE, itSaid, midSentence } from "./phrases.ts";

/** A container that does not stay up. */
interface Ended {
  component: string;
  times: number;
  /** By itself, by its health check, by somebody unknown, or it could not even be started. */
  how: "ended" | "health-check" | "killed" | "not-started";
  /** Why, in plain words; "" when not known. */
  why: string;
  /** What the program itself said last; "" when nothing. */
  detail: string;
}

const HOW_IT_ENDED: Readonly<Record<Ended["how"], (w: Ended) => string>> = {
  "ended": (w) => `It stops each time that it is started (restarts: ${w.times}).`,
  "health-check": (w) => `It was stopped by its health check (restarts: ${w.times}).`,
  "killed": (w) => `It was killed (137), and it is not known by whom (restarts: ${w.times}).`,
  "not-started": () => "The machine could not start its program.",
};

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
  redisUnsaved: {
    id: "app.redis-unsaved",
    kind: "cause",
    owner: "you",
    title: "The cache (Redis) cannot save what it holds",
    reason: "It takes nothing new, since writing its file has failed: most often the disk is full or faulty.",
    nextAction:
      "Do not restart it: what it holds is in its memory alone. Make room on the disk first (df -h, then sudo k3s crictl rmi --prune), and see what it says (sudo k3s kubectl -n msp logs statefulset/redis).",
    retrySafe: false,
    action: "free-disk",
  } satisfies CauseShape,
  redisDamaged: {
    id: "app.redis-damaged",
    kind: "cause",
    owner: "vendor",
    title: "The cache (Redis) cannot read its file",
    reason: (w) =>
      `Its file is damaged, for example after a power cut. It stopped with: ${sentence(w.detail)}`,
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
  } satisfies CauseShape<
    { address: string; /** In our own words; "" when nothing is known. */ detail: string }
  >,
  portTaken: {
    id: "app.port-taken",
    kind: "cause",
    owner: "you",
    title: (w) =>
      `${w.component} cannot start: its network port${w.port === "" ? "" : ` ${w.port}`} is in use`,
    reason: (w) =>
      w.holder === "previous"
        ? "The previous instance of it is still stopping, and holds the port."
        : w.holder === "machine"
        ? "Another program on this machine holds the port."
        : "Another program in its own container holds the port, or it was started twice.",
    nextAction: (w) =>
      w.holder === "previous"
        ? "It starts when the previous instance has ended. If that does not come to an end, restart the machine (sudo systemctl reboot)."
        : w.holder === "machine"
        ? `Stop the other program ("sudo ss -ltnp" shows who uses port${
          w.port === "" ? "s" : ` ${w.port}`
        }). The part then starts by itself.`
        : `Read its log. ${BUNDLE}`,
    retrySafe: true,
    action: "fix-machine",
  } satisfies CauseShape<{
    component: string;
    /** "" where not told. */
    port: string;
    holder: "previous" | "machine" | "own";
  }>,
  notEnding: {
    id: "app.not-ending",
    kind: "general",
    owner: "you",
    title: (w) => `An old instance of ${midSentence(w.component)} does not come to its end`,
    reason: (w) => `It has been stopping for ${w.age}, and may hold a volume or a port.`,
    nextAction: `Restart the machine. If it stays: ${afterColon(BUNDLE)}`,
    retrySafe: true,
    action: "restart-machine",
  } satisfies CauseShape<{ component: string; age: string }>,
  taskFailed: {
    id: "app.task-failed",
    kind: "general",
    owner: "vendor",
    title: (w) => `A task of ${midSentence(w.component)} failed`,
    reason: (w) =>
      `The task "${w.task}" ${
        w.isLate ? "did not finish in its time" : "ended with an error"
      } and is not tried again.`,
    nextAction: `Retry the release. If it stays: ${afterColon(BUNDLE)}`,
    retrySafe: true,
    action: "call-vendor",
    remedy: "reset-release",
  } satisfies CauseShape<{ component: string; task: string; isLate: boolean }>,
  crash: {
    id: "app.crash",
    kind: "general",
    owner: "vendor",
    title: (w) =>
      w.how === "not-started" ? `${w.component} cannot be started` : `${w.component} keeps stopping`,
    reason: (w) => `${HOW_IT_ENDED[w.how](w)}${w.why === "" ? "" : ` ${w.why}.`}${itSaid(w.detail)}`,
    nextAction: (w) =>
      w.how === "not-started"
        ? `Restart the machine once (sudo systemctl reboot). If it stays: ${afterColon(BUNDLE)}`
        : `Read its log. ${BUNDLE}`,
    retrySafe: true,
    action: "call-vendor",
  } satisfies CauseShape<Ended>,
  probe: {
    id: "app.probe",
    kind: "general",
    owner: "vendor",
    title: (w) => `${w.component} runs but does not answer`,
    reason: (w) =>
      `It has been running for ${w.age} without becoming ready.${w.why === "" ? "" : ` ${w.why}.`}${
        itSaid(w.detail)
      }`,
    nextAction: `Read its log. ${BUNDLE}`,
    retrySafe: true,
    action: "call-vendor",
  } satisfies CauseShape<{
    component: string;
    age: string;
    /** What is known of its health check, in plain words; "" when nothing. */
    why: string;
    detail: string;
  }>,
};
