import type { Owner } from "./blocker.ts";
import type { BlockerId } from "./blocker_id.ts";
import type { Words } from "./finding.ts";
import { sentence } from "../text/sentence.ts";

/** What every face says about one cause. */
export interface BlockerText {
  title: (w: Words) => string;
  reason: (w: Words) => string;
  nextAction: (w: Words) => string;
  /** Only where it is not what the loss of the component tells. */
  consequence?: (w: Words) => string;
  owner: Owner;
  /** Whether trying again can do no harm. */
  retrySafe: boolean;
}

type Phrase = string | ((w: Words) => string);

function text(
  owner: Owner,
  title: Phrase,
  reason: Phrase,
  nextAction: Phrase,
  more: { consequence?: Phrase; retrySafe?: boolean } = {},
): BlockerText {
  const phrase = (it: Phrase) => typeof it === "string" ? () => it : it;
  return {
    owner,
    title: phrase(title),
    reason: phrase(reason),
    nextAction: phrase(nextAction),
    ...(more.consequence === undefined ? {} : { consequence: phrase(more.consequence) }),
    retrySafe: more.retrySafe ?? true,
  };
}

/** " 192.0.2.53" or nothing. */
function named(name: string): string {
  return name === "" ? "" : ` ${name}`;
}

function quoted(name: string): string {
  return name === "" ? "" : ` "${name}"`;
}

/** The last line that was heard, as a sentence of its own. */
function said(detail: string): string {
  return detail === "" ? "" : ` It said: ${detail}`;
}

const BUNDLE = "Send the technical details to Alga support.";
const VENDOR = "Nothing on this machine. Report the release and this image to Alga support.";

/** The one message catalogue: an id without a text does not compile. */
export const TEXTS: Record<BlockerId, BlockerText> = {
  "dns.refused": text(
    "network-admin",
    (w) => `The DNS server${named(w.server)} does not answer`,
    (w) => `It refused the question for "${w.name}", so nothing can be downloaded.`,
    (w) => `Choose another DNS server, or ask the network administrator about${named(w.server) || " it"}.`,
  ),
  "dns.timeout": text(
    "network-admin",
    (w) => `The DNS server${named(w.server)} is silent`,
    (w) => `Questions for "${w.name}" are lost on the way, for example in a firewall.`,
    (w) =>
      `Allow UDP and TCP port 53 to${named(w.server) || " the DNS server"}, or choose another DNS server.`,
  ),
  "dns.nxdomain": text(
    "network-admin",
    (w) => `The DNS server${named(w.server)} does not know "${w.name}"`,
    "Downloads need this name. An internal DNS server has to pass such questions on.",
    "Let the DNS server forward questions for public names, or choose another DNS server.",
  ),
  "dns.servfail": text(
    "network-admin",
    (w) => `The DNS server${named(w.server)} fails`,
    (w) => `It answered the question for "${w.name}" with an error.`,
    "Check the DNS server, or choose another one.",
  ),
  "dns.coredns-loop": text(
    "you",
    "The name service of the cluster asks itself",
    "The DNS server set on this machine leads back to it.",
    "Set the addresses of real DNS servers on this machine.",
  ),
  "dns.coredns-none": text(
    "you",
    "No DNS server is set on this machine",
    "The name service of the cluster has nobody to ask.",
    "Set at least one DNS server on this machine.",
  ),
  "net.no-route": text(
    "network-admin",
    "This machine has no way to the internet",
    (w) => `There is no route to ${w.server || "the registry"}.`,
    "Check the gateway in the network settings.",
  ),
  "net.egress": text(
    "network-admin",
    (w) => `${w.server || "The registry"} cannot be reached`,
    "Names are found, but connections are refused or dropped, most often by a firewall.",
    (w) => `Allow outgoing connections to ${w.server || "the registry"} on port 443.`,
  ),
  "net.proxy-auth": text(
    "network-admin",
    "The proxy asks for a user and password",
    "Downloads go through a proxy that refused us (407).",
    "Enter the proxy user and password.",
  ),
  "net.proxy-denied": text(
    "network-admin",
    (w) => `The proxy forbids ${w.server || "the registry"}`,
    "It answered that this address is not allowed.",
    (w) => `Allow ${w.server || "the registry"} in the proxy.`,
  ),
  "net.proxy-down": text(
    "network-admin",
    (w) => `The proxy${named(w.server)} cannot be reached`,
    "Downloads are set to go through it.",
    "Check the proxy address, or the proxy itself.",
  ),
  "net.tls-intercept": text(
    "network-admin",
    (w) => `Secure connections to ${w.server || "the registry"} are intercepted`,
    (w) => `A device in between shows a certificate that this machine does not trust.${said(w.detail)}`,
    "Add the certificate of that device to this machine, or exempt the address from inspection.",
  ),
  "net.mtu": text(
    "network-admin",
    (w) => `Secure connections to ${w.server || "the registry"} begin and then hang`,
    "Small packets arrive, large ones are most likely lost on the way.",
    "Lower the packet size (MTU) of this machine's network, for example to 1400, or ask the network administrator.",
  ),
  "net.node-ip-changed": text(
    "you",
    (w) => w.name === "" ? "This machine has a new address" : `This machine has a new address, ${w.name}`,
    (w) => w.server === "" ? "Kubernetes knows it by another one." : `Kubernetes knows it by ${w.server}.`,
    "Give the machine its old address again, best by a reservation in DHCP. Or restart it, so that Kubernetes takes the new one.",
  ),
  "net.registry": text(
    "network-admin",
    "The registry cannot be used from this machine",
    (w) => `The last try failed.${said(w.detail)}`,
    "Check the internet connection of this machine.",
  ),
  "time.skew": text(
    "you",
    "The clock of this machine is wrong",
    "Certificates look expired or not yet valid.",
    "Set the time, or let it follow a time server (NTP).",
  ),
  "reg.ratelimit": text(
    "nobody",
    (w) => `${w.server || "The registry"} limits downloads from this site`,
    "Too many downloads came from this address. The next tries follow by themselves.",
    "Wait: the limit usually ends within a few hours.",
  ),
  "reg.auth": text(
    "vendor",
    (w) => `No permission to download${quoted(w.image) || " the release"}`,
    "The registry refuses it without a login, or it does not exist there.",
    VENDOR,
  ),
  "reg.unavailable": text(
    "nobody",
    (w) => `${w.server || "The registry"} has trouble of its own`,
    (w) => `It answers with a server error, or not at all.${said(w.detail)}`,
    "Wait: it is tried again by itself.",
  ),
  "img.not-found": text(
    "vendor",
    (w) => `${w.component} cannot start: the release names an image that does not exist`,
    (w) => `The registry has no image${quoted(w.image)}.`,
    VENDOR,
  ),
  "img.interrupted": text(
    "nobody",
    (w) => `${w.component}: a download was interrupted`,
    "The connection broke. It is tried again by itself.",
    "Nothing. If it keeps happening, check the internet connection.",
  ),
  "img.slow": text(
    "nobody",
    (w) => `${w.component} is still being downloaded`,
    (w) => `The image${quoted(w.image)} is large; the download has been running for ${w.amount}.`,
    "Nothing. It goes on by itself.",
  ),
  "img.stalled": text(
    "network-admin",
    (w) => `The download for ${lower(w.component)} may have stopped`,
    (w) => `The image${quoted(w.image)} has been loading for ${w.amount}, longer than it should.`,
    "Check the internet connection of this machine.",
  ),
  "img.arch": text(
    "vendor",
    (w) => `${w.component} is not made for this kind of processor`,
    (w) => `The image${quoted(w.image)} has no build for it.`,
    "Run the appliance on an x86-64 machine, or report this to Alga support.",
    { retrySafe: true },
  ),
  "img.no-space": text(
    "you",
    "The disk is full",
    (w) => `The image${quoted(w.image)} could not be unpacked.`,
    "Free space on the disk or enlarge it. Trying again is safe.",
  ),
  "img.invalid": text(
    "vendor",
    (w) => `${w.component} cannot start: its image name is not valid`,
    (w) =>
      `The release names${quoted(w.image) || " an image"}, which is no image name or may not be downloaded.`,
    VENDOR,
  ),
  "img.pull-failed": text(
    "vendor",
    (w) => `${w.component}: a download fails`,
    (w) => `The image${quoted(w.image)} could not be downloaded.${said(w.detail)}`,
    `Check the internet connection. ${BUNDLE}`,
  ),
  "disk.pressure": text(
    "you",
    "The disk is nearly full",
    "Services are being stopped to save what space is left.",
    "Free space on the disk or enlarge it.",
  ),
  "disk.readonly": text(
    "you",
    "The disk can only be read",
    (w) => `Writing fails. The disk or the storage behind it has a fault.${said(w.detail)}`,
    "Check the storage of this virtual machine before anything else.",
    { retrySafe: false },
  ),
  "disk.slow": text(
    "you",
    "The disk is too slow for Kubernetes",
    (w) =>
      `Writing to its database took longer than a second, ${
        w.amount || "again and again"
      } in the last minutes.`,
    "Move the virtual machine to a faster disk (SSD), or give it more of the one that it shares.",
  ),
  "mem.oom-host": text(
    "you",
    "This machine runs out of memory",
    "Services are being stopped to keep it alive.",
    "Give the machine more memory: 16 GiB or more.",
  ),
  "mem.oom-container": text(
    "you",
    (w) => `${w.component} ran out of memory`,
    "It was stopped when it needed more than it may have.",
    "Give the machine 16 GiB of memory or more. If it has them, report this to Alga support.",
  ),
  "sched.resources": text(
    "you",
    (w) => `The machine is too small for ${lower(w.component)}`,
    (w) => `There is not enough ${w.name || "room"} left to start it.`,
    (w) => `Give the machine more ${w.name || "processors and memory"}.`,
  ),
  "sched.port": text(
    "you",
    (w) => `${w.component} cannot start: its network port is in use`,
    "Another program on this machine uses the port.",
    "Stop the other program.",
  ),
  "sched.taint": text(
    "nobody",
    (w) => `${w.component} waits for the machine`,
    "The machine takes no new services just now.",
    "Nothing. It starts when the machine is ready again.",
  ),
  "k3s.download": text(
    "you",
    "The Kubernetes program is damaged",
    "It is not the one that was expected: the download was cut, or something on the way changed it.",
    "Try again: it is fetched anew. If it stays, report it to Alga support.",
  ),
  "k3s.start-port": text(
    "you",
    (w) =>
      w.name === ""
        ? "Kubernetes cannot start: its port is in use"
        : `Kubernetes cannot start: port ${w.name} is in use`,
    "Another program on this machine holds the port.",
    (w) =>
      `Stop the other program${
        w.name === "" ? "" : ` ("ss -ltnp" shows who uses port ${w.name})`
      }. Kubernetes then starts by itself.`,
  ),
  "k3s.start-cgroup": text(
    "you",
    "Kubernetes cannot start: the system does not count memory for it",
    "The kernel runs without memory control groups.",
    'Add "cgroup_enable=memory" to the boot parameters of this machine and restart it.',
  ),
  "k3s.db-corrupt": text(
    "vendor",
    "The database of Kubernetes is damaged",
    "This happens after a power cut or a fault of the disk. The data of Alga lies elsewhere.",
    `Do not delete anything and do not reset. ${BUNDLE}`,
    { retrySafe: false },
  ),
  "k3s.cert-expired": text(
    "you",
    "An internal certificate of Kubernetes has expired",
    "Its parts do not trust each other any more.",
    'Check the clock of this machine. Then restart the service "k3s": it renews its certificates.',
  ),
  "k3s.token-mismatch": text(
    "vendor",
    "Kubernetes finds data that another key has locked",
    "They are from an earlier installation, or its key was replaced.",
    `Bring the old key back. Do not delete anything. ${BUNDLE}`,
    { retrySafe: false },
  ),
  "k3s.crash-loop": text(
    "vendor",
    "Kubernetes keeps stopping",
    (w) => `It was started ${w.amount || "several times"} in the last minutes.${said(w.detail)}`,
    BUNDLE,
  ),
  "k3s.api-down": text(
    "you",
    "Kubernetes does not answer",
    (w) => `Its last answer came ${w.amount} ago. What is shown may be old.`,
    'Wait a minute. If it stays, restart the service "k3s" or the machine.',
    { consequence: "The state of the appliance cannot be seen." },
  ),
  "k3s.node-gone": text(
    "you",
    "Kubernetes has lost this machine",
    'The service on the machine stopped reporting. Often "k3s" hangs or was stopped.',
    'Restart the service "k3s" or the machine.',
  ),
  "k3s.node-not-ready": text(
    "you",
    "The machine is not ready to run services",
    (w) => `Kubernetes says so.${said(w.detail)}`,
    `Wait a few minutes. If it stays, restart the machine. ${BUNDLE}`,
  ),
  "k3s.not-ready-cni": text(
    "you",
    "The network between services did not start",
    (w) => `Services cannot get an address.${said(w.detail)}`,
    'Restart the service "k3s". If it stays, check for firewall or security software on this machine.',
  ),
  "k3s.node-paused": text(
    "you",
    "The machine was paused for new services",
    (w) => `Someone marked the machine${quoted(w.name)} so that nothing new starts on it.`,
    "Release the machine again when the work on it is done.",
  ),
  "node.hostname-changed": text(
    "you",
    (w) => w.name === "" ? "This machine has a new name" : `This machine has a new name, "${w.name}"`,
    (w) =>
      w.server === ""
        ? "Kubernetes knows it by another one."
        : `Kubernetes and its data know it as "${w.server}".`,
    (w) =>
      `Give the machine its old name again${
        w.server === "" ? "" : ` (hostnamectl set-hostname ${w.server})`
      } and restart it.`,
  ),
  "stor.pvc-pending": text(
    "you",
    (w) => `No storage could be made for ${lower(w.component)}`,
    (w) => `The volume${quoted(w.name)} is still waiting.${said(w.detail)}`,
    "Look at the storage service.",
  ),
  "stor.provisioner": text(
    "you",
    "The storage service does not make volumes",
    (w) => `The volume${quoted(w.name)} waits for it.${said(w.detail)}`,
    "Check that the data folder exists and can be written. The volume is then made by itself.",
  ),
  "stor.subpath": text(
    "you",
    (w) => `${w.component} cannot start: its storage could not be prepared`,
    (w) => `A folder on the volume${quoted(w.name)} could not be made. Nothing was deleted.`,
    "Look at the volume before anything is repaired. Trying again is safe.",
  ),
  "stor.mount": text(
    "you",
    (w) => `${w.component} cannot start: a part of its storage is missing`,
    (w) =>
      w.name === ""
        ? `A volume could not be mounted.${said(w.detail)}`
        : `It needs "${w.name}", which does not exist.`,
    `Run set-up again: it adds what is missing. ${BUNDLE}`,
  ),
  "stor.owner": text(
    "you",
    (w) => `${w.component} may not use its own files`,
    (w) => `They belong to another user, or are left from an earlier installation.${said(w.detail)}`,
    `Do not delete anything. ${BUNDLE}`,
    { retrySafe: true },
  ),
  "cfg.missing-secret": text(
    "you",
    (w) => `${w.component} cannot start: a setting is missing`,
    (w) => `It needs "${w.name}", which was not created.`,
    "Run set-up again: it adds what is missing and keeps what exists.",
  ),
  "cfg.container": text(
    "vendor",
    (w) => `${w.component} cannot start as the release describes it`,
    (w) => w.name === "" ? `It could not be created.${said(w.detail)}` : `The ${w.name} failed.`,
    BUNDLE,
  ),
  "cfg.service-links": text(
    "vendor",
    (w) => `${w.component} cannot start: two settings collide`,
    "Kubernetes adds a setting of the same name, with a value that the program cannot read.",
    "Nothing on this machine. The release has to switch service links off: report it to Alga support.",
  ),
  "app.db-auth": text(
    "you",
    "The database refuses the stored password",
    "Its data is from an earlier installation, with another password.",
    "Do not delete anything. Bring back the old credentials, or start with empty data after a backup.",
    { retrySafe: true },
  ),
  "app.db-start": text(
    "vendor",
    (w) => w.detail === "" ? "The database is starting" : "The database cannot read its data",
    (w) => w.detail === "" ? "It does not answer yet." : `It stopped with: ${w.detail}`,
    (w) => w.detail === "" ? "Nothing. It may check its data first." : `Do not delete anything. ${BUNDLE}`,
    { retrySafe: false },
  ),
  "app.db-version": text(
    "vendor",
    "The database program does not fit the stored data",
    "The release brings another main version of PostgreSQL than the one that wrote the data.",
    "Do not delete anything. Report the release to Alga support.",
    { retrySafe: false },
  ),
  "app.bootstrap-running": text(
    "nobody",
    "The database is being prepared",
    (w) =>
      w.detail === "" ? "The first-time setup is running." : `The first-time setup is running: ${w.detail}.`,
    "Nothing. It goes on by itself.",
  ),
  "app.bootstrap-failed": text(
    "vendor",
    "The first-time setup of the database failed",
    (w) => w.detail === "" ? "Every attempt ended with an error." : `Its last error: ${w.detail}`,
    `Read the error lines, then retry. ${BUNDLE}`,
  ),
  "app.migration-failed": text(
    "vendor",
    "A change of the database failed",
    (w) => `The release could not bring the database up to date.${said(w.detail)}`,
    `Stop here: do not go back to an older release. ${BUNDLE}`,
    { retrySafe: false },
  ),
  "app.seed-guard": text(
    "you",
    "The database is filled already",
    "The first-time setup is set to refuse existing data. Nothing was changed.",
    "Run set-up again: it sets the mode that keeps existing data.",
  ),
  "app.temporal-schema": text(
    "vendor",
    "The workflow engine finds no usable tables in the database",
    "Its own tables are missing or of another version.",
    `Restart the workflow engine once: it makes its tables at start. If it stays, ${
      BUNDLE.charAt(0).toLowerCase() + BUNDLE.slice(1)
    }`,
  ),
  "app.redis": text(
    "vendor",
    "The cache (Redis) refuses requests",
    (w) => `${w.component} cannot use it.${said(w.detail)}`,
    `Restart the cache. ${BUNDLE}`,
  ),
  "app.url": text(
    "you",
    (w) =>
      w.name === ""
        ? "The application address does not lead here"
        : `The application sends people to "${w.name}"`,
    (w) =>
      w.name === ""
        ? `Alga answers on this machine, but ${w.server} does not lead to it from here.${said(w.detail)}`
        : `The address in the settings is ${w.server}.`,
    "Check the application address in the settings, its DNS record and the proxy in front of it.",
    { consequence: "People may not reach the sign-in page under this address." },
  ),
  "app.certificate": text(
    "you",
    (w) => `Browsers will warn about ${w.server}`,
    (w) => `Alga answers there. ${sentence(w.detail || "Its certificate is not trusted by this machine")}`,
    "Install a certificate that browsers know in the proxy before Alga. Nothing to do if every computer that uses it trusts this one.",
    { consequence: "People can log in once they have accepted the warning." },
  ),
  "app.crash": text(
    "vendor",
    (w) => `${w.component} keeps stopping`,
    (w) => `It was started ${w.amount || "several times"} and stopped each time.${said(w.detail)}`,
    `Read its log. ${BUNDLE}`,
  ),
  "app.probe": text(
    "vendor",
    (w) => `${w.component} runs but does not answer`,
    (w) => `It has been running for ${w.amount} without becoming ready.${said(w.detail)}`,
    `Read its log. ${BUNDLE}`,
  ),
  "flux.source-auth": text(
    "vendor",
    "No permission to read the release",
    "The registry refuses the release without a login, or it does not exist there.",
    "Check the chosen release. If it is right, report it to Alga support.",
  ),
  "flux.source-tls": text(
    "network-admin",
    "The connection to the release source is not trusted",
    (w) => `A device in between shows a certificate that the installer does not trust.${said(w.detail)}`,
    "Exempt the registry from inspection, or add the certificate of that device.",
  ),
  "flux.source-notfound": text(
    "vendor",
    "The chosen release does not exist",
    "The registry has no such release (any more).",
    "Choose another release, or report it to Alga support.",
  ),
  "flux.source-failed": text(
    "vendor",
    "The release cannot be read",
    (w) => `The installer could not fetch it.${said(w.detail)}`,
    `Check the internet connection. ${BUNDLE}`,
  ),
  "flux.verify": text(
    "vendor",
    "The signature of the release is not valid",
    "It may have been changed by someone else. It is not installed.",
    "Do not go on with this release. Report it to Alga support.",
    { retrySafe: false },
  ),
  "flux.build": text(
    "vendor",
    "The release has faulty content",
    (w) => `The part${quoted(w.name)} cannot be installed.${said(w.detail)}`,
    "Choose another release, or report this one to Alga support.",
  ),
  "flux.health-check": text(
    "vendor",
    (w) => `The part${quoted(w.name)} of the release did not become healthy`,
    (w) => w.detail === "" ? "The installer waited for it." : `The installer waited for: ${w.detail}.`,
    `It is tried again by itself. If it stays: ${BUNDLE.charAt(0).toLowerCase()}${BUNDLE.slice(1)}`,
  ),
  "flux.dependency": text(
    "nobody",
    (w) => `The part${quoted(w.name)} of the release waits for another`,
    (w) => w.detail === "" ? "Another part comes first." : `First comes ${w.detail}.`,
    "Nothing. It goes on by itself.",
  ),
  "flux.suspended": text(
    "you",
    (w) => `The installation of${quoted(w.name) || " a part"} is paused`,
    "Someone or an interrupted update stopped it on purpose.",
    "Resume it when the reason is gone.",
  ),
  "flux.stalled": text(
    "vendor",
    (w) => `The installer gave up on${quoted(w.name) || " a part of the release"}`,
    (w) => `It will not try again by itself.${said(w.detail)}`,
    `Retry once the cause is gone. ${BUNDLE}`,
  ),
  "flux.helm-pending": text(
    "nobody",
    (w) => `An earlier installation of${quoted(w.name) || " a part"} was cut off`,
    (w) => `Its record is still marked as busy.${said(w.detail)}`,
    "Wait some minutes: it is unlocked by the next try. If it stays, retry the step.",
  ),
  "flux.helm-timeout": text(
    "vendor",
    (w) => `The installation of${quoted(w.name) || " a part"} took too long`,
    "No deeper cause is known.",
    `Read the logs of the part, then retry. ${BUNDLE}`,
  ),
  "flux.controller-down": text(
    "vendor",
    (w) => `${w.component} is not running`,
    (w) =>
      w.detail === "switched off"
        ? "It was switched off: none of it is to run."
        : `It has not been ready for ${w.amount || "some time"}.`,
    `Wait a few minutes. If it stays, run set-up again. ${BUNDLE}`,
  ),
  "flux.crd-missing": text(
    "you",
    "The installer is only partly there",
    (w) => `Kubernetes does not know the kind${quoted(w.name)} that it needs.`,
    "Run set-up again: it adds what is missing.",
  ),
  "bg.degraded": text(
    "vendor",
    (w) => `${w.component} is not ready`,
    (w) =>
      w.detail === "switched off"
        ? "It was switched off: none of it is to run."
        : `It has not been ready for ${w.amount}; no cause is known.`,
    `Read its log. ${BUNDLE}`,
  ),
  "agent.setup-failed": text(
    "you",
    (w) => w.name === "" ? "Set-up stopped" : `Set-up stopped at "${w.name}"`,
    (w) => sentence(w.detail),
    "Open set-up and read what it says.",
  ),
  "agent.state-damaged": text(
    "you",
    "The appliance's own record was damaged",
    (w) => `The good part is in use; the rest was put aside.${said(w.detail)}`,
    `Check the disk. ${BUNDLE}`,
    { consequence: "Parts of the history may be missing." },
  ),
  "agent.unknown": text(
    "vendor",
    "Alga is not ready and we do not know why",
    (w) => `Nothing that we know explains it. It has been waiting for ${w.amount}.`,
    BUNDLE,
  ),
};

/** A title in the middle of a sentence. Names keep their capital. */
export function lower(title: string): string {
  return title.startsWith("The ") ? `t${title.slice(1)}` : title;
}
