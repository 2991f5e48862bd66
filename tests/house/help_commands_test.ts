import assert from "node:assert/strict";
import { COMMANDS } from "../../agent/cli/commands.ts";
import { helpIndex, helpPage, wordsOfFinding } from "../../agent/causes/help/mod.ts";
import { startApp } from "../routes/start_app.ts";
import { HELP_PAGES } from "../../agent/causes/help/help_shape.ts";

/** Programs that help may name, each with what brings it to an appliance. */
const PROGRAMS: Readonly<Record<string, string>> = {
  "alga-agent": "this program",
  "k3s": "the appliance",
  "/usr/local/bin/k3s-killall.sh": "the installer of k3s",
  ...of("coreutils", "cat cp df du head install ls mkdir mv sha256sum sort tail uname date"),
  ...of("util-linux", "findmnt lsblk lscpu mount"),
  ...of("procps", "free ps sysctl"),
  ...of("kmod", "lsmod"),
  ...of("grep", "grep"),
  ...of("libc6", "/lib64/ld-linux-x86-64.so.2"),
  ...of("nano", "nano"),
  ...of("iproute2", "ip ss"),
  ...of("iputils-ping", "ping"),
  ...of("systemd", "systemctl journalctl hostnamectl systemd-detect-virt timedatectl"),
  ...of("systemd-resolved", "resolvectl"),
  ...of("netplan.io", "netplan"),
  ...of("bind9-dnsutils", "nslookup"),
  ...of("curl", "curl"),
  ...of("openssl", "openssl"),
  ...of("apt", "apt"),
  ...of("ca-certificates", "update-ca-certificates"),
  ...of("ufw", "ufw"),
  ...of("cloud-guest-utils", "growpart"),
  ...of("e2fsprogs", "resize2fs"),
  ...of("lvm2", "lvextend"),
  ...of("grub2-common", "update-grub"),
};

/** What may be asked of Kubernetes; of what changes something, only what can be undone or happens anyway. */
const KUBECTL = [
  "get",
  "describe",
  "logs",
  "annotate",
  "edit",
  "label",
  "patch",
  "rollout restart",
  "scale",
  "uncordon",
];
const UNITS = ["apparmor", "k3s", "alga-appliance", "systemd-resolved", "systemd-timesyncd", "NAME"];
/** What destroys data has no place in advice. */
const DESTROYS = /\brm\b|\bdelete\b|uninstall|mkfs|\bdd\b|--purge|cluster-reset|>\s*\/(?!dev\/null)/;

function of(from: string, programs: string): Record<string, string> {
  return Object.fromEntries(programs.split(" ").map((it) => [it, from]));
}

/** Every command of help, in its general form and for a part. */
const commands = new Set(
  helpIndex().flatMap(({ causes }) => causes.map(({ id }) => id)).flatMap((id) =>
    [{}, wordsOfFinding({ component: "db" }), { server: "192.0.2.53:53" }].flatMap((words) => {
      const { signs, steps } = helpPage(id, words);
      return [...signs, ...steps].flatMap(({ means }) => "commands" in means ? means.commands : []);
    })
  ),
);

/** The programs of one line, each with its words. */
function calls(line: string): string[][] {
  return line.replaceAll(/'[^']*'/g, "QUOTED").replaceAll(/^T=\$\(date \+%s\); /g, "").split(
    /\s*(?:\||&&|;)\s*/,
  )
    .map((it) => it.split(/\s+/).filter((word) => word !== "sudo"));
}

/** What is wrong with a command. */
async function problems(line: string): Promise<string[]> {
  const found: string[] = [];
  if (DESTROYS.test(line)) found.push("destroys");
  for (const [program = "", ...words] of calls(line)) {
    if (PROGRAMS[program] === undefined) found.push(`${program}: nothing brings it`);
    if (program === "k3s" && words[0] === "kubectl") {
      const rest = words.slice(1).join(" ").replace(/^-n \S+ /, "");
      if (!KUBECTL.some((it) => rest.startsWith(`${it} `))) found.push(`kubectl ${rest}`);
    }
    if (program === "systemctl" && ["restart", "start", "stop", "status"].includes(words[0] ?? "")) {
      if (!UNITS.includes(words[1] ?? "")) found.push(`unit ${words[1]}`);
    }
    if (program === "alga-agent") {
      const command = await COMMANDS.find((it) => it.name === words[0])?.load();
      if (!command) found.push(`alga-agent ${words[0]}`);
      for (const it of words.filter((word) => word.startsWith("-"))) {
        if (!command?.help.includes(it)) found.push(`alga-agent ${words[0]} ${it}`);
      }
    }
  }
  return found;
}

Deno.test("help names programs that an appliance has, with words that they know", async () => {
  assert.ok(commands.size > 80, `${commands.size} commands`);
  for (const line of commands) assert.deepEqual(await problems(line), [], line);
});

Deno.test("no program is listed that help does not name", () => {
  const named = new Set([...commands].flatMap(calls).map(([program]) => program));
  assert.deepEqual(Object.keys(PROGRAMS).filter((it) => !named.has(it) && it !== "date"), []);
});

Deno.test("a command that is not there, or destroys, would be found", async () => {
  for (
    const line of [
      "sudo alga-agent repair",
      "sudo alga-agent status --repair",
      "sudo k3s kubectl -n msp delete pvc x",
      "sudo k3s kubectl drain node",
      "helm list",
      "systemctl restart docker",
      "sudo rm -rf /var/lib/rancher",
      "df -h | htop",
      "echo x > /etc/hosts",
    ]
  ) assert.notDeepEqual(await problems(line), [], line);
});

Deno.test("the shell can read every command of help", async () => {
  const { success, stderr } = await new Deno.Command("bash", { args: ["-n", "-c", [...commands].join("\n")] })
    .output();
  assert.ok(success, new TextDecoder().decode(stderr));
});

Deno.test("every page to which help leads is there", async () => {
  const { fetch, cookie } = await startApp();
  for (const [path] of Object.values(HELP_PAGES).flat()) {
    const { status, body } = await fetch("GET", path, cookie);
    await body?.cancel();
    assert.ok(status === 200 || status === 303, `${path}: ${status}`);
  }
});
