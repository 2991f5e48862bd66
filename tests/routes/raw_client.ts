import assert from "node:assert/strict";

const LONGEST_MS = 60_000;

/** One HTTP connection by hand, which may stop to read. */
export class RawClient {
  /** All that has come. */
  text = "";
  #connection: Deno.Conn;
  #stalls = false;
  #heard: () => void = () => {};
  #reading: Promise<void> | undefined;

  private constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  static async open(options: Deno.ConnectOptions | Deno.UnixConnectOptions): Promise<RawClient> {
    return new RawClient(await Deno.connect(options as Deno.ConnectOptions));
  }

  async send(text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    for (let sent = 0; sent < bytes.length;) sent += await this.#connection.write(bytes.subarray(sent));
    if (!this.#stalls) this.#reading ??= this.#read();
  }

  /** Reads at most once more, then never again. */
  stall(): void {
    this.#stalls = true;
  }

  /** Resolves when these words have come. */
  async until(words: string): Promise<void> {
    const endMs = Date.now() + LONGEST_MS;
    while (!this.text.includes(words)) {
      assert.ok(Date.now() < endMs, `"${words}" never came; the end of what did: ${this.text.slice(-300)}`);
      const heard = Promise.withResolvers<void>();
      this.#heard = heard.resolve;
      const timer = setTimeout(heard.resolve, endMs - Date.now());
      await heard.promise;
      clearTimeout(timer);
    }
  }

  close(): void {
    try {
      this.#connection.close();
    } catch {
      // The other side was faster.
    }
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    const chunk = new Uint8Array(65_536);
    while (!this.#stalls) {
      const count = await this.#connection.read(chunk).catch(() => null);
      if (count === null) return;
      this.text += decoder.decode(chunk.subarray(0, count), { stream: true });
      this.#heard();
    }
  }
}
