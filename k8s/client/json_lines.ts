/** Longest line of a watch stream; one object is at most 3 MiB in etcd, far less as we ask for it. */
const MAX_LINE_CHARS = 8 * 1024 * 1024;

/**
 * Values of a newline-delimited JSON stream, however its chunks are cut.
 * @throws {SyntaxError} For a line that is not JSON, one that is too long, or a stream that ends within one.
 */
export async function* readJsonLines(body: ReadableStream<Uint8Array>): AsyncGenerator<unknown> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    const text = rest + decoder.decode(chunk, { stream: true });
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      const line = text.slice(start, end).trim();
      start = end + 1;
      if (line !== "") yield JSON.parse(line);
    }
    rest = text.slice(start);
    if (rest.length > MAX_LINE_CHARS) throw new SyntaxError("A line of the stream is too long");
  }
  if (rest.trim() !== "") throw new SyntaxError("The stream ended within a line");
}
