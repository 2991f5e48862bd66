/** The journal of the unit `k3s`: systemd's lines about it and what its datastore says, as `journalctl -o json` of the node gives them. */
export interface K3sJournal {
  /** One line of systemd or of k3s itself. */
  write(text: string): Promise<void>;
  /** Takes over what kine has said since the last call. */
  follow(): Promise<void>;
}

/** What kine writes with `--log-format=json`. */
interface KineLine {
  message: string;
  severity: string;
  time: string;
}

/**
 * Words and level are kine's own; only the form is that of k3s, in whose process kine is a package. Of the other parts nothing is
 * taken over: they have logs of their own here.
 */
export function createK3sJournal(path: string, kineLog: string): K3sJournal {
  let seen = 0;
  let queue = Promise.resolve(); // two at once would take the same lines
  const append = async (atMs: number, text: string) => {
    const entry = { __REALTIME_TIMESTAMP: String(Math.floor(atMs * 1000)), MESSAGE: text };
    await Deno.writeTextFile(path, `${JSON.stringify(entry)}\n`, { append: true });
  };
  return {
    write: (text) => append(Date.now(), text),
    follow: () => queue = queue.catch(() => {}).then(takeOver),
  };

  async function takeOver() {
    const lines = (await Deno.readTextFile(kineLog).catch(() => "")).split("\n").slice(0, -1);
    const fresh = lines.slice(seen);
    seen = lines.length;
    for (const line of fresh) {
      const entry = tryParse(line);
      if (entry) await append(Date.parse(entry.time), asK3sSays(entry));
    }
  }
}

/** The text form of the library by which both write. @see sirupsen/logrus TextFormatter */
export function asK3sSays({ message, severity, time }: KineLine): string {
  const seconds = new Date(time).toISOString().replace(/\.\d+Z$/, "Z");
  return `time="${seconds}" level=${severity} msg=${JSON.stringify(message)}`;
}

function tryParse(line: string): KineLine | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // a panic is no JSON
  }
}
