import { NAMESPACES } from "../../product/names.ts";
import { APP_PORT } from "../../product/ports.ts";
import type { APP } from "../app.ts";
import { describePods, earlierLogs, logs, PODS, RELEASES, resetRelease, restart, told } from "./commands.ts";
import type { HelpOf } from "./help_shape.ts";

const WORKFLOWS = { namespace: NAMESPACES.app, workload: "deployment/temporal" };
const CACHE = { namespace: NAMESPACES.app, workload: "statefulset/redis" };
const OF_NAME = "NAME is that of the part, as the list of parts shows it (deployment/…, statefulset/…).";
const PARTS = `sudo k3s kubectl -n ${NAMESPACES.app} get deployments,statefulsets`;
const BY_HAND = "Do not change the part by hand: the installer (Flux) puts it back.";

/** Help for parts of Alga that stop, stay silent, or lead people elsewhere. */
export const APP_HELP = {
  "app.temporal-schema": {
    title: "The workflow engine finds no usable tables in the database",
    meaning:
      "The workflow engine (Temporal) keeps tables of its own in the database and makes them at its first start. They are missing, or of another version.",
    signs: [{
      see: 'The log says "sql schema version compatibility check failed".',
      run: earlierLogs(WORKFLOWS),
    }],
    steps: [
      { do: "See that the database runs: the pod db-0 is Running, 1/1.", run: PODS },
      { do: "Restart the workflow engine once. It makes its tables at start.", run: restart(WORKFLOWS) },
      { do: "If it stays, report it.", ask: "alga-support", also: earlierLogs(WORKFLOWS) },
    ],
    never: ["Do not delete the tables of the workflow engine: workflows that wait are in them."],
    data: "The tables of the workflow engine. Data of Alga are not touched.",
  },
  "app.redis": {
    title: "The cache (Redis) refuses requests",
    meaning:
      "Parts of Alga keep what they need often in a cache. It answers with an error: a wrong password, a full disk, or it is still starting.",
    signs: [
      {
        see: 'Look for "MISCONF" (it cannot write), "NOAUTH" or "WRONGPASS" (another password).',
        run: logs(CACHE),
      },
      { see: "See whether the disk is full.", run: "df -h /" },
    ],
    steps: [
      { do: "If the disk is full, free space first.", open: { cause: "disk.pressure" } },
      { do: "Else restart the cache.", run: restart(CACHE) },
      { do: "If it stays, report it.", ask: "alga-support", also: logs(CACHE) },
    ],
    never: [
      "Do not delete its volume.",
      "Do not make its secret again: the other parts keep the old password until they are started again.",
    ],
    data: "The cache. People may have to sign in again; what is stored in the database is not touched.",
  },
  "app.redis-unsaved": {
    title: "The cache (Redis) cannot save what it holds",
    meaning:
      "The cache keeps its data in memory and writes them into a file. The last try to write failed, so it refuses everything new, to lose no more.",
    signs: [
      { see: "See whether the disk is full.", run: "df -h /" },
      {
        see: "Its own log names the reason.",
        run: "sudo k3s kubectl -n msp logs statefulset/redis --tail=100",
      },
    ],
    steps: [
      { do: "Make room: images that nothing uses go first.", run: "sudo k3s crictl rmi --prune" },
      { do: "Wait.", wait: "It tries to save again within minutes, and then takes new data by itself." },
      { do: "If the disk has room, report it.", ask: "alga-support", also: "df -h /" },
    ],
    never: ["Do not restart the cache: what it has not saved would be lost."],
    data: "What the cache holds and has not saved: work that waits, and sessions.",
    retry: "A new start of the cache loses what it has not saved.",
  },
  "app.redis-damaged": {
    title: "The cache (Redis) cannot read its file",
    meaning:
      "The cache writes down what it holds. That file is damaged, most often by a power cut or a full disk, and the cache does not start with it.",
    signs: [
      {
        see: 'The log says "Bad file format", "Wrong signature" or that the file ended too early.',
        run: earlierLogs(CACHE),
      },
      { see: "See whether the disk is full.", run: "df -h /" },
    ],
    steps: [
      { do: "Make a copy of the virtual disk as it is.", at: "hypervisor" },
      { do: "If the disk is full, free space.", open: { cause: "disk.pressure" } },
      {
        do: "Have the file repaired or put aside, with help.",
        ask: "alga-support",
        also: earlierLogs(CACHE),
      },
    ],
    never: [
      "Do not repair the file by hand (redis-check-aof --fix): it cuts off everything behind the first damage, without a copy.",
      "Do not delete its volume.",
    ],
    data:
      "The cache: sessions and work that waits in queues may be lost. What is stored in the database is not touched.",
    retry: "Each start reads the damaged file again, and a repair at start would cut it off.",
  },
  "app.url": {
    title: "The application address does not lead here",
    meaning: (w) =>
      `Alga works on this machine, but the address that people use${
        w.address === undefined ? "" : ` (${w.address})`
      } does not lead to it, or Alga sends them to another one.`,
    signs: [
      { see: "This is the address that is set.", run: "sudo alga-agent settings show" },
      {
        see: "On this machine itself Alga answers: with 200, or a number that begins with 3.",
        run: `curl -sS -o /dev/null -w '%{http_code}\\n' -m 15 http://127.0.0.1:${APP_PORT}/auth/signin`,
      },
      {
        see: "See what is reached by the name. HOST is that of the address.",
        run: (w) => `resolvectl query ${w.address === undefined ? "HOST" : hostOf(w.address)}`,
      },
    ],
    steps: [
      { do: "If the address is wrong, change it.", open: "answers" },
      {
        do: "If it is right, have its name and the proxy in front of Alga looked at.",
        ask: "network-admin",
        send: (w) =>
          `${
            w.address ?? "The address of Alga"
          } has to lead to port ${APP_PORT} of this machine. A proxy in front of it has to pass on Host and X-Forwarded-Proto.`,
      },
    ],
    never: ["Do not put the name into /etc/hosts of this machine: other computers do not read it."],
    data: "None.",
  },
  "app.certificate": {
    title: "Browsers will warn about the application address",
    meaning:
      "Alga answers under its address, with a certificate that this machine does not know. Browsers that do not know it either warn before they go on.",
    signs: [
      {
        see: "See who issued the certificate and until when it is valid. HOST is that of the address.",
        run: (w) => {
          const host = w.address === undefined ? "HOST" : hostOf(w.address);
          return `openssl s_client -connect ${host}:443 -servername ${host} </dev/null 2>/dev/null | openssl x509 -noout -issuer -enddate`;
        },
      },
    ],
    steps: [
      {
        do: "Have a certificate installed that browsers know, in the proxy in front of Alga.",
        ask: "network-admin",
        send: (w) =>
          `Please install a certificate for ${
            w.address ?? "the address of Alga"
          } in the proxy in front of it, with its whole chain.`,
      },
      {
        do:
          "If your site has an authority of its own that every computer knows, have this machine know it, too. FILE holds it, as PEM.",
        run: "sudo alga-agent settings set --ca-certs FILE",
      },
    ],
    never: ["Do not teach people to click warnings away: they would not notice a real attack."],
    data: "None.",
  },
  "app.crash": {
    title: "A part keeps stopping",
    meaning:
      "The part starts and ends with an error, again and again. What it said last is not among the known reasons.",
    signs: [
      { see: "Its last state and exit code stand here.", run: describePods },
      { see: `Read what it said before it stopped. ${OF_NAME}`, run: [PARTS, earlierLogs] },
    ],
    steps: [
      { do: "See whether the parts that it needs run: database and cache first.", run: PODS },
      {
        do: `If they do, restart it once. ${OF_NAME}`,
        run: restart,
      },
      { do: "If it stops again, report it.", ask: "alga-support", also: told },
    ],
    never: [BY_HAND, "Do not delete its volume: what it stored is in there."],
    data:
      "None by the stops. What the part was doing at that moment is done again, or has to be asked for again.",
  },
  "app.probe": {
    title: "A part runs but does not answer",
    meaning:
      "The program runs, and does not say that it is ready. It may still be starting, wait for another part, or hang.",
    signs: [
      { see: 'Its events have "Readiness probe failed" and why.', run: describePods },
      { see: `Its newest lines tell what it does. ${OF_NAME}`, run: [PARTS, logs] },
    ],
    steps: [
      {
        do: "Wait, if it was started just now.",
        wait: "Workers may take fifteen minutes in a first installation.",
      },
      { do: "See whether the parts that it needs run: database and cache first.", run: PODS },
      { do: `Restart it once. ${OF_NAME}`, run: restart },
      { do: "If it stays, report it.", ask: "alga-support", also: told },
    ],
    never: [BY_HAND],
    data: "None.",
  },
  "app.port-taken": {
    title: "A part cannot start: its network port is in use",
    meaning: (w) =>
      `The program wants to answer on ${
        w.port === undefined ? "a port" : `port ${w.port}`
      } and something holds it already: its earlier run that is still stopping, or, where the part uses the network of this machine itself, another program.`,
    signs: [
      { see: `Its last lines say "address already in use". ${OF_NAME}`, run: [PARTS, earlierLogs] },
      {
        see: "On the network of this machine, the last column names who holds the port.",
        run: (w) => w.port === undefined ? "sudo ss -ltnp" : `sudo ss -ltnp 'sport = :${w.port}'`,
      },
    ],
    steps: [
      { do: 'If an earlier run of it is "Terminating", let it end first.', wait: "It takes a minute." },
      {
        do: "If another program holds the port, stop it for good. NAME is its service.",
        run: "sudo systemctl disable --now NAME",
      },
      { do: `If neither is so, restart the part once. ${OF_NAME}`, run: restart },
      { do: "If it stays, report it.", ask: "alga-support", also: told },
    ],
    never: ["Do not kill a process that belongs to Kubernetes: it is started again at once.", BY_HAND],
    data: "None. The part has not started.",
  },
  "app.not-ending": {
    title: "An old instance of a part does not come to its end",
    meaning:
      "Kubernetes asked the old instance to stop, and it has not ended in its time. It may still hold a volume or a port that the new one needs.",
    signs: [
      { see: 'Its state is "Terminating", for longer than a few minutes.', run: PODS },
      { see: "Its last events tell what it waits for.", run: describePods },
    ],
    steps: [
      { do: "Restart the machine, in good order.", run: "sudo systemctl reboot" },
      { do: "If it stays, report it.", ask: "alga-support", also: describePods },
    ],
    never: [
      "Do not delete it by force (--force): Kubernetes then forgets it, while it may go on writing to the volume beside the new one.",
    ],
    data:
      "The volume that it holds, if it has one. Nothing is lost as long as only one instance writes to it.",
  },
  "app.task-failed": {
    title: "A task of a part failed",
    meaning: (w) =>
      `A part of the release runs once and ends (a Job${
        w.task === undefined ? "" : `, ${w.task}`
      }). It ended with an error, or not in its time, and Kubernetes does not try it again.`,
    signs: [
      { see: "The column COMPLETIONS says 0/1.", run: "sudo k3s kubectl get jobs -A" },
      { see: "Its state and events, and how its last container ended.", run: describePods },
    ],
    steps: [
      { do: "Look which part of the release is not ready.", run: RELEASES },
      {
        do: "Have that part try once more. NAME is that of the part in the list.",
        run: resetRelease(undefined),
      },
      { do: "If it fails again, report it.", ask: "alga-support", also: told },
    ],
    never: [
      "Do not delete a part of the release (helmrelease): Flux would remove what it brought, data too.",
    ],
    data: "What the task was to change may be done in part. What was stored before stays.",
  },
} satisfies HelpOf<typeof APP>;

/** The host of an address; an address that is not one stays as it is. */
function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).hostname : address;
}
