/**
 * Values of a newline-delimited JSON stream, however its chunks are cut. No more than one line and one chunk are held.
 * @throws {SyntaxError} For a line that is not JSON, or a stream that ends within one.
 * @throws What `tooLong` gives, for a line of more than `maxChars`.
 */
export async function* readJsonLines(
  body: ReadableStream<Uint8Array>,
  maxChars: number,
  tooLong: () => Error,
): AsyncGenerator<unknown> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  let length = 0;
  const add = (text: string) => {
    length += text.length;
    if (length > maxChars) throw tooLong();
    parts.push(text);
  };
  for await (const chunk of body) {
    const text = decoder.decode(chunk, { stream: true });
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      add(text.slice(start, end));
      const line = parts.join("").trim();
      parts = [];
      length = 0;
      start = end + 1;
      if (line !== "") yield JSON.parse(line);
    }
    add(text.slice(start));
  }
  if (parts.join("").trim() !== "") throw new SyntaxError("The stream ended within a line");
}
