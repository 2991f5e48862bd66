import { connect } from "node:tls";
import ipaddr from "ipaddr.js";
import { certificateName } from "./certificate_name.ts";
import { fieldOf, statusOf } from "../text/http_message.ts";

const HEAD_LIMIT_BYTES = 16 * 1024;
/** Longest address of a redirect that is believed, in characters. */
export const LOCATION_LIMIT = 2000;

/** What a server says whose certificate this machine does not trust. */
export interface UntrustedAnswer {
  statusCode: number;
  location: string | undefined;
  /** Who made the certificate; "" when that cannot be seen. */
  issuer: string;
}

/**
 * Asks an HTTPS address once without checking its certificate, and sends nothing that is secret; `undefined` when it gives no
 * HTTP answer. Never throws. Deno's fetch and node:https both insist on the certificate, so the few lines are spoken here.
 * @see RFC 9112
 */
export function askUntrusted(url: URL, signal: AbortSignal): Promise<UntrustedAnswer | undefined> {
  return new Promise((resolve) => {
    const host = url.hostname.replace(/^\[|\]$/g, "");
    const socket = connect({
      host,
      port: Number(url.port) || 443,
      servername: ipaddr.isValid(host) ? "" : host,
      rejectUnauthorized: false,
    });
    let issuer = "";
    let head = "";
    const end = (answer: UntrustedAnswer | undefined) => {
      signal.removeEventListener("abort", giveUp);
      socket.destroy();
      resolve(answer);
    };
    const giveUp = () => end(undefined);
    if (signal.aborted) return giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    socket.on("error", giveUp); // stays: an error without a listener would end the process
    socket.once("close", () => end(parseHead(head, issuer)));
    socket.once("secureConnect", () => {
      issuer = certificateName(socket.getPeerCertificate()?.issuer);
      socket.write(
        `GET ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\nuser-agent: alga-agent\r\nconnection: close\r\n\r\n`,
      );
    });
    socket.on("data", (bytes: Uint8Array) => {
      head += new TextDecoder("latin1").decode(bytes.subarray(0, HEAD_LIMIT_BYTES));
      if (head.includes("\r\n\r\n") || head.length >= HEAD_LIMIT_BYTES) end(parseHead(head, issuer));
    });
  });
}

function parseHead(text: string, issuer: string): UntrustedAnswer | undefined {
  const head = text.slice(0, HEAD_LIMIT_BYTES).split("\r\n\r\n")[0] ?? "";
  const statusCode = statusOf(head);
  if (statusCode === undefined) return undefined;
  const location = fieldOf(head, "location");
  const isUsable = location !== undefined && location !== "" && location.length <= LOCATION_LIMIT;
  return { statusCode, location: isUsable ? location : undefined, issuer };
}
