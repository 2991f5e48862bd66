import { mortalCommand } from "../mortal_command.ts";
import { until } from "../until.ts";

/** A real terminal of 80×24 with a program in it, as tmux has it. */
export interface TmuxTerminal {
  /** Presses keys by tmux' names ("Enter", "Escape"), or types a text. */
  press(...keys: string[]): Promise<void>;
  type(text: string): Promise<void>;
  /** What stands on it once that is good. @throws with what stood there last. */
  shows(what: string, pattern: RegExp): Promise<string>;
  resize(columns: number, rows: number): Promise<void>;
  /** Hangs the line up, as a cable that is pulled. */
  hangUp(): Promise<void>;
}

/** Runs a program in a terminal for the time of a test. No shell stands between. */
export async function withTmux(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  body: (terminal: TmuxTerminal) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "alga-tmux-" });
  const socket = `${dir}/socket`;
  const tmux = async (...args: string[]) => {
    const { code, stdout, stderr } = await mortalCommand("tmux", ["-S", socket, "-f", "/dev/null", ...args], {
      env: { LC_ALL: "C.UTF-8", TERM: "xterm" },
      stdout: "piped",
      stderr: "piped",
    }).output();
    const decoder = new TextDecoder();
    if (code !== 0) throw new Error(`tmux ${args[0]} ended with ${code}: ${decoder.decode(stderr)}`);
    return decoder.decode(stdout);
  };
  const given = Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
  await tmux("new-session", "-d", "-x", "80", "-y", "24", ...given, ...command);
  // What the program left last can still be looked at.
  await tmux("set-option", "-g", "remain-on-exit", "on");
  const capture = () => tmux("capture-pane", "-p");
  try {
    await body({
      press: async (...keys) => void await tmux("send-keys", ...keys),
      type: async (text) => void await tmux("send-keys", "-l", text),
      shows: (what, pattern) => until(what, capture, (it) => pattern.test(it)),
      resize: async (columns, rows) => void await tmux("resize-window", "-x", `${columns}`, "-y", `${rows}`),
      hangUp: async () => void await tmux("kill-server"),
    });
  } finally {
    await tmux("kill-server").catch(() => {}); // it may have been hung up
    await Deno.remove(dir, { recursive: true });
  }
}
