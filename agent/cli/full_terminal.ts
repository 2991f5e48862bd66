import type { FullTerminal } from "./command.ts";
import { readKeys } from "./keyboard.ts";

/** What a serial line is taken for, which tells no size. */
const USUAL = { columns: 80, rows: 24 } as const;

/** The terminal of this process, in raw mode until it is closed. */
export function fullTerminal(): FullTerminal {
  Deno.stdin.setRaw(true);
  return {
    keys: () => readKeys(Deno.stdin),
    write(text) {
      const bytes = new TextEncoder().encode(text);
      for (let written = 0; written < bytes.length;) {
        written += Deno.stdout.writeSync(bytes.subarray(written));
      }
    },
    size: terminalSize,
    onResize(listener) {
      Deno.addSignalListener("SIGWINCH", listener);
      return () => Deno.removeSignalListener("SIGWINCH", listener);
    },
    close: () => Deno.stdin.setRaw(false),
  };
}

function terminalSize(): { columns: number; rows: number } {
  try {
    const { columns, rows } = Deno.consoleSize();
    return columns > 0 && rows > 0 ? { columns, rows } : USUAL;
  } catch {
    return USUAL;
  }
}
