const MAX_BYTES = 1_000;
const [CTRL_C, CTRL_D, BACKSPACE, LINE_FEED, RETURN, CTRL_U, DELETE] = [3, 4, 8, 10, 13, 21, 127];

/** A terminal, as far as it is needed here. */
export interface Keyboard {
  read(into: Uint8Array): Promise<number | null>;
  /** Keys as they come, unseen. */
  setRaw(isRaw: boolean): void;
}

/** One line that is typed unseen; `undefined` when the person gives up (Ctrl-C, or Ctrl-D on an empty line). */
export async function readSecret(keyboard: Keyboard): Promise<string | undefined> {
  const bytes: number[] = [];
  const one = new Uint8Array(1);
  keyboard.setRaw(true);
  try {
    while (bytes.length < MAX_BYTES) {
      if (await keyboard.read(one) === null) return bytes.length === 0 ? undefined : decode(bytes);
      const [byte = 0] = one;
      if (byte === LINE_FEED || byte === RETURN) break;
      if (byte === CTRL_C || (byte === CTRL_D && bytes.length === 0)) return undefined;
      if (byte === CTRL_U) bytes.length = 0;
      else if (byte === BACKSPACE || byte === DELETE) dropCharacter(bytes);
      else bytes.push(byte);
    }
  } finally {
    keyboard.setRaw(false);
  }
  return decode(bytes);
}

/** In UTF-8 a character is one byte and those after it that begin with 10. */
function dropCharacter(bytes: number[]): void {
  while (bytes.length > 0 && ((bytes.pop() ?? 0) & 0xc0) === 0x80);
}

function decode(bytes: readonly number[]): string {
  return new TextDecoder().decode(new Uint8Array(bytes));
}
