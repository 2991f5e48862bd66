import { type Clock, isoNow } from "../clock.ts";
import { errorText } from "../error.ts";
import type { HttpProbe } from "./snapshot.ts";

const PROBE_TIMEOUT_MS = 10_000;

/** Asks one URL once and never throws. `host` is sent as Host header. */
export type ProbeHttp = (url: string, options: { host?: string; signal: AbortSignal }) => Promise<HttpProbe>;

/** Makes the real probe: redirects are not followed, the body is not read. @see contract.md 7.2 */
export function createHttpProbe(clock: Clock): { probe: ProbeHttp; close(): void } {
  const client = Deno.createHttpClient({ allowHost: true });
  async function probe(url: string, options: { host?: string; signal: AbortSignal }): Promise<HttpProbe> {
    const base = { at: isoNow(clock), url, location: undefined, error: "", privateCertificate: false };
    const limit = AbortSignal.any([options.signal, AbortSignal.timeout(PROBE_TIMEOUT_MS)]);
    try {
      const response = await fetch(url, {
        client,
        redirect: "manual",
        signal: limit,
        headers: {
          "user-agent": "alga-agent",
          ...(options.host === undefined ? {} : { host: options.host }),
        },
      });
      await response.body?.cancel();
      return {
        ...base,
        at: isoNow(clock),
        statusCode: response.status,
        location: response.headers.get("location") ?? undefined,
      };
    } catch (error) {
      const text = errorText(error);
      const privateCertificate = /certificate|UnknownIssuer|NotValidForName/i.test(text);
      return {
        ...base,
        at: isoNow(clock),
        statusCode: undefined,
        error: shortError(text),
        privateCertificate,
      };
    }
  }
  return { probe, close: () => client.close() };
}

/** The cause at the end of a chain of "error sending request …: client error (Connect): …". */
function shortError(text: string): string {
  if (/timed? ?out/i.test(text)) return "No answer within 10 s";
  if (/connection refused/i.test(text)) return "Connection refused";
  if (/dns error|failed to lookup/i.test(text)) return "Its name is not known to DNS";
  if (/certificate|UnknownIssuer/i.test(text)) {
    return "It answers with a certificate that this machine does not trust";
  }
  return text.replace(/^.*client error \([^)]*\): /, "").slice(0, 200);
}
