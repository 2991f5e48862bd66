import { until } from "../../until.ts";

const JOURNALD = "/usr/lib/systemd/systemd-journald";

/** A journal daemon of its own, in a namespace that ends with it. */
export interface RealJournal {
  /** For a host's `--root`: its journalctl reads this journal. */
  root: string;
  /** Writes lines, each as an entry with this identifier, and waits until they are kept. */
  say(identifier: string, lines: readonly string[]): Promise<void>;
  /** Has the daemon begin a new file. */
  rotate(): Promise<void>;
  stop(): Promise<void>;
}

/** Whether this machine can run one. */
export async function journalRequirements(): Promise<{ ok: true } | { ok: false; reason: string }> {
  if (Deno.uid() !== 0) return { ok: false, reason: "it needs root" };
  const found = await Promise.all(
    [JOURNALD, "/usr/bin/journalctl", "/usr/bin/systemd-cat"].map((it) =>
      Deno.stat(it).then(() => true, () => false)
    ),
  );
  return found.every(Boolean) ? { ok: true } : { ok: false, reason: "systemd-journald is not installed" };
}

/** What runs inside: commands come as lines, and each is answered by one. */
const INSIDE = `
mount -t tmpfs tmpfs /run || exit 9
mkdir -p /run/systemd/journal /run/log/journal
mount --bind "$1" /run/log/journal || exit 9
${JOURNALD} >/dev/null 2>&1 &
daemon=$!
while read -r verb name file; do
  case $verb in
    say) systemd-cat -t "$name" < "$file" ;;
    rotate) kill -USR2 $daemon ;;
  esac
  echo "$verb"
done
`;

export async function startJournal(): Promise<RealJournal> {
  const dir = await Deno.makeTempDir({ prefix: "alga-journal-" });
  const [root, journal] = [`${dir}/root`, `${dir}/journal`];
  await Deno.mkdir(`${root}/usr/bin`, { recursive: true });
  await Deno.mkdir(journal);
  const read = ["/usr/bin/journalctl", "-D", journal];
  await Deno.writeTextFile(`${root}/usr/bin/journalctl`, `#!/bin/sh\nexec ${read.join(" ")} "$@"\n`);
  await Deno.chmod(`${root}/usr/bin/journalctl`, 0o755);
  const child = new Deno.Command("unshare", {
    args: [
      "--mount",
      "--pid",
      "--fork",
      "--kill-child",
      "--mount-proc",
      "bash",
      "-c",
      INSIDE,
      "bash",
      journal,
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const input = child.stdin.getWriter();
  const answers = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const tell = async (line: string) => {
    await input.write(new TextEncoder().encode(`${line}\n`));
    if ((await answers.read()).done) throw new Error("The journal daemon has ended");
  };
  const count = async (identifier: string) => {
    const { stdout } = await new Deno.Command(`${root}/usr/bin/journalctl`, {
      args: ["--quiet", "-o", "cat", "-t", identifier, "--output-fields=PRIORITY"],
      stderr: "null",
    }).output();
    return new TextDecoder().decode(stdout).split("\n").length - 1;
  };
  await until("the daemon keeps its journal on the disk", async () => {
    return (await Array.fromAsync(Deno.readDir(journal))).length;
  }, (it) => it > 0);
  let files = 0;
  return {
    root,
    async say(identifier, lines) {
      const before = await count(identifier);
      const file = `${dir}/lines-${files++}`;
      await Deno.writeTextFile(file, lines.map((it) => `${it}\n`).join(""));
      await tell(`say ${identifier} ${file}`);
      await until("the lines are kept", () => count(identifier), (it) => it >= before + lines.length);
    },
    rotate: () => tell("rotate x x"),
    async stop() {
      await input.close().catch(() => {});
      await answers.cancel();
      await child.status;
      await Deno.remove(dir, { recursive: true });
    },
  };
}
