import type { BoundSockets } from "./bound_sockets.ts";

const HOST = "Host: 127.0.0.1\r\n";

/** What a hostile socket sends first, by name. */
export const HOSTILE = {
  silent: "",
  "half a handshake": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
  "half a head": `GET /login HTTP/1.1\r\n${HOST}X: `,
  "half a body":
    `POST /login HTTP/1.1\r\n${HOST}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9000\r\n\r\ntoken=`,
  "a body without end": `POST /setup HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n5\r\nto`,
  "idle after an answer": `GET /healthz HTTP/1.1\r\n${HOST}\r\n`,
} as const;

/** Opens hostile sockets until so many are open; those that the other side has closed do not count. */
export function flood(
  sockets: BoundSockets,
  port: number,
  { count, sources }: { count: number; sources: number },
): void {
  sockets.reap();
  const texts = Object.values(HOSTILE);
  for (let i = sockets.size; i < count; i++) {
    if (sockets.open(`127.0.1.${1 + i % sources}`, port, texts[i % texts.length]) === undefined) return;
  }
}
