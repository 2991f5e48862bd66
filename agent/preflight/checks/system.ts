import { POD_CIDR, SERVICE_CIDR } from "../../product/networks.ts";
import { PATHS } from "../../state/paths.ts";
import { durationText } from "../../text/duration.ts";
import { redactLine } from "../../text/redact/redact_line.ts";
import type { Host } from "../../host/host.ts";
import type { Check, RunContext } from "../check.ts";
import { programName } from "../facts/listening_ports.ts";
import { couldNotCheck, fail, pass, warn } from "../outcome.ts";

/** Files that dpkg and apt lock while they work. */
const PACKAGE_LOCKS = ["/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", "/var/lib/apt/lists/lock"];
/** The kernel counts starts of processes in this unit, whatever it was built with. @see sysconf(3), proc(5) */
const TICKS_PER_SEC = 100;
const LONG_LOCK_SEC = 600;

/** Without these the machine loses its address, its names or its clock. */
const NEEDED_SERVICES = ["systemd-networkd", "systemd-resolved", "systemd-timesyncd"];

/** Services of security products that stop programs, or that take network rules away. */
const SECURITY_SERVICES: readonly [RegExp, string][] = [
  [/^falcon-sensor$/, "CrowdStrike Falcon"],
  [/^sentinel(one|d)$/, "SentinelOne"],
  [/^mdatp$/, "Microsoft Defender"],
  [/^(cbagentd|cbdaemon|cbsensor)$/, "Carbon Black"],
  [/^(ds_agent|tmxbc|v1es)$/, "Trend Micro"],
  [/^(sophos-spl|sav-protect|sav-rms)$/, "Sophos"],
  [/^(eraagent|efs|eea)$/, "ESET"],
  [/^(klnagent64|kesl|kesl-supervisor)$/, "Kaspersky"],
  [/^(mfetpd|mfeespd|ma|isectpd)$/, "Trellix"],
  [/^(bdsec|bdsecd|bd-edr)$/, "Bitdefender"],
  [/^(symcfgd|rtvscand|smcd|sisamdagent)$/, "Symantec"],
  [/^(traps_pmd|cortex-xdr)$/, "Cortex XDR"],
  [/^(cylancesvc|cyoptics)$/, "Cylance"],
  [/^(clamav-daemon|clamonacc)$/, "ClamAV"],
  [/^(wazuh-agent|ossec)$/, "Wazuh"],
  [/^(elastic-agent|ElasticEndpoint)$/, "Elastic Defend"],
  [/^(TaniumClient|taniumclient)$/, "Tanium"],
  [/^(ir_agent|rapid7)$/, "Rapid7"],
  [/^(HuntressAgent|huntress-agent)$/, "Huntress"],
  [/^(ThreatLockerStub|threatlocker)$/, "ThreatLocker"],
  [/^(aide|fapolicyd|samhain)$/, "a guard of files"],
  [/^(crowdsec-firewall-bouncer|fail2ban)$/, "a tool that writes firewall rules"],
  [
    /^(netfilter-persistent|shorewall|csf|lfd|apf-firewall|ferm|iptables)$/,
    "a tool that replaces firewall rules",
  ],
];

/** Checks of what else happens on the machine. */
export const SYSTEM_CHECKS: readonly Check[] = [
  {
    id: "os.pkg-lock",
    title: "Package manager",
    vantage: "agent",
    overridable: true,
    async run(context) {
      const { facts, host } = context;
      const expected = "nobody installs packages";
      const files = await facts.openFiles();
      if (files === undefined) {
        return couldNotCheck({
          expected,
          found: "/proc cannot be read",
          remediation: "Start the agent as the service: sudo systemctl start alga-appliance",
        });
      }
      const holder = files.find((it) => PACKAGE_LOCKS.includes(it.target));
      if (holder === undefined) return pass({ expected, found: "nobody does" });
      const { pid, target } = holder;
      const heldSec = await runningSec(context, pid);
      const since = heldSec === undefined ? "" : `, for ${durationText(heldSec * 1000)}`;
      const words = {
        expected,
        found: `${await programName(host, pid)} (pid ${pid}) holds ${target}${since}`,
        evidence: files.filter((it) => PACKAGE_LOCKS.includes(it.target)).map((it) =>
          `${it.pid} ${it.target}`
        ),
      };
      return heldSec !== undefined && heldSec >= LONG_LOCK_SEC
        ? fail({
          ...words,
          remediation:
            `See what it waits for: ps -fp ${pid}. End it if it hangs: sudo kill ${pid}, then sudo dpkg --configure -a`,
        })
        : warn({
          ...words,
          remediation: "Wait until it has ended, then run the checks again (sudo alga-agent preflight)",
        });
    },
  },
  {
    id: "os.reboot-required",
    title: "Restart of the machine",
    vantage: "agent",
    overridable: true,
    async run({ facts, host }) {
      const expected = "no update waits for a restart";
      if (await host.info("/run") === undefined) {
        return couldNotCheck({
          expected,
          found: "/run does not exist",
          remediation: "Restart it: sudo reboot",
        });
      }
      if (await host.info("/run/reboot-required") === undefined) return pass({ expected, found: "none" });
      const packages = (await facts.text("/run/reboot-required.pkgs") ?? "").split("\n").filter(Boolean);
      const which = [...new Set(packages)].slice(0, 5).join(", ");
      return warn({
        expected,
        found: which === "" ? "an update waits for a restart" : `a restart is needed for ${which}`,
        remediation: "Restart it before setup: sudo reboot",
      });
    },
  },
  {
    id: "os.failed-units",
    title: "Services of the system",
    vantage: "agent",
    overridable: true,
    async run({ facts, host }) {
      const expected = "none has failed";
      const failed = (await facts.services()).filter((it) => it.active === "failed").map((it) => it.name)
        .filter((it) => it !== "k3s" && it !== "alga-appliance");
      if (failed.length === 0) return pass({ expected, found: "none" });
      const needed = failed.filter((it) => NEEDED_SERVICES.includes(it));
      const [first = ""] = [...needed, ...failed];
      const words = {
        expected,
        found: `failed: ${failed.join(", ")}`,
        remediation:
          `See why: sudo journalctl -u ${first} -n 20. Start it again: sudo systemctl restart ${first}`,
        evidence: await lastLines(host, first),
      };
      return needed.length > 0 ? fail(words) : warn(words);
    },
  },
  {
    id: "os.security-tools",
    title: "Security software",
    vantage: "containerd",
    overridable: true,
    async run({ facts }) {
      const expected = "none that stops programs or takes network rules away";
      const found = (await facts.services()).filter((it) => it.active === "active").flatMap(({ name }) => {
        const product = SECURITY_SERVICES.find(([pattern]) => pattern.test(name))?.[1];
        return product === undefined ? [] : [{ name, product }];
      });
      if (found.length === 0) return pass({ expected, found: "none" });
      return warn({
        expected,
        found: found.map((it) => `${it.product} (${it.name})`).join(", "),
        remediation:
          `Exclude /var/lib/rancher, ${PATHS.localPathData} and the networks ${POD_CIDR} and ${SERVICE_CIDR} there, or stop it: sudo systemctl disable --now ${
            found.map((it) => it.name).join(" ")
          }`,
      });
    },
  },
];

/** How long a process has run, in seconds; `undefined` when that cannot be seen. */
async function runningSec({ facts }: RunContext, pid: string): Promise<number | undefined> {
  const stat = await facts.text(`/proc/${pid}/stat`).catch(() => undefined) ?? "";
  // The name in brackets may hold spaces and brackets; the numbers stand behind its last one.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const startedSec = Number(fields[19] ?? NaN) / TICKS_PER_SEC;
  const upSec = Number((await facts.text("/proc/uptime"))?.split(" ")[0] ?? NaN);
  const sec = Math.floor(upSec - startedSec);
  return Number.isFinite(sec) && sec >= 0 ? sec : undefined;
}

/** What a service said last since the start of the machine; nothing where that cannot be read. */
async function lastLines(host: Host, unit: string): Promise<string[]> {
  const ask = ["journalctl", "-u", unit, "-b", "-n", "5", "-o", "cat", "--no-pager"] as const;
  const reply = await host.run(ask, { timeoutMs: 3_000 }).catch(() => undefined);
  return (reply?.stdout ?? "").split("\n").filter((it) => it.trim() !== "").slice(-5)
    .map((it) => `${unit}: ${redactLine(it)}`);
}
