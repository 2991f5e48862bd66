import { NetworkError } from "./errors.ts";
import type { Transport, TransportReply } from "./transport.ts";

const MAX_REDIRECTS = 5;

/** One exchange with redirects followed by hand: `Authorization` stays with the host that asked for it. @throws {NetworkError} */
export async function exchange(
  transport: Transport,
  start: URL,
  options: {
    method: "GET" | "HEAD";
    headers: Record<string, string>;
    authorization?: string;
    signal: AbortSignal;
    /** Redirects are answers like others. */
    staysHere?: boolean;
  },
): Promise<TransportReply & { url: URL }> {
  const { method, headers, authorization, signal, staysHere = false } = options;
  let url = start;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const own = authorization !== undefined && url.host === start.host ? { authorization } : {};
    const reply = await transport.send(url, { method, headers: { ...headers, ...own }, signal })
      .catch((error) => {
        throw hops === 0 || !(error instanceof NetworkError) ? error : sentOn(error, start);
      });
    if (staysHere || ![301, 302, 303, 307, 308].includes(reply.status)) return { ...reply, url };
    await reply.body?.cancel();
    const location = reply.headers.get("location")?.trim() ?? "";
    const next = location !== "" && URL.canParse(location, url) ? new URL(location, url) : undefined;
    if (next && url.protocol === "https:" && next.protocol === "http:") {
      throw new NetworkError(
        "unexpected-status",
        next.host,
        `${url.host} sends on to ${next.host} without encryption, which is not followed`,
        { status: reply.status },
      );
    }
    if (!next || !/^https?:$/.test(next.protocol)) {
      throw new NetworkError(
        "unexpected-status",
        url.host,
        location === ""
          ? `${url.host} redirected without an address`
          : `${url.host} redirected to an address that cannot be used`,
        { status: reply.status },
      );
    }
    url = next;
  }
  throw new NetworkError(
    "unexpected-status",
    start.host,
    `${start.host} redirected more than ${MAX_REDIRECTS} times`,
  );
}

/** Names both: who sends on, and who is to be allowed too. */
function sentOn(error: NetworkError, start: URL): NetworkError {
  if (error.host === start.host) return error;
  const { failure, host, message, status } = error;
  return new NetworkError(failure, host, `${start.host} sends on to another host; ${message}`, {
    cause: error,
    ...(status === undefined ? {} : { status }),
    sentOnBy: start.host,
  });
}
