import { type Clock, isoNow } from "../clock.ts";
import { errorText } from "../error.ts";
import { withTimeout } from "../signals.ts";
import { askUntrusted, LOCATION_LIMIT } from "../net/ask_untrusted.ts";
import type { HttpProbe } from "../facts/snapshot.ts";

const PROBE_TIMEOUT_MS = 10_000;
const CERTIFICATE_ERROR = /invalid peer certificate|UnknownIssuer|NotValidForName/i;

/** Asks one URL once and never throws. `host` is sent as Host header. */
export type ProbeHttp = (url: string, options: { host?: string; signal: AbortSignal }) => Promise<HttpProbe>;

/** Makes the real probe: redirects are not followed, the body is not read. */
export function createHttpProbe(clock: Clock): { probe: ProbeHttp; close(): void } {
  const client = Deno.createHttpClient({ allowHost: true });
  async function probe(url: string, options: { host?: string; signal: AbortSignal }): Promise<HttpProbe> {
    const base = { at: isoNow(clock), url, location: undefined, error: "", privateCertificate: false };
    const limit = withTimeout(PROBE_TIMEOUT_MS, options.signal);
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
        location: boundedLocation(response.headers.get("location")),
      };
    } catch (error) {
      const text = errorText(error);
      const found = { ...base, at: isoNow(clock), statusCode: undefined, error: shortError(text) };
      if (!CERTIFICATE_ERROR.test(text)) return found;
      // It may well be the application behind a certificate of the site's own; a browser would ask, so ask on.
      const answer = await askUntrusted(new URL(url), limit);
      if (!answer) return { ...found, at: isoNow(clock), privateCertificate: true };
      const made = answer.issuer === "" ? "" : `, made by "${answer.issuer}"`;
      return {
        ...found,
        at: isoNow(clock),
        statusCode: answer.statusCode,
        location: answer.location,
        error: `${certificateProblem(text)}${made}`,
        privateCertificate: true,
      };
    }
  }
  return { probe, close: () => client.close() };
}

/** An address longer than this leads nowhere that a browser goes. */
function boundedLocation(location: string | null): string | undefined {
  return location === null || location.length > LOCATION_LIMIT ? undefined : location;
}

/** The cause at the end of a chain of "error sending request …: client error (Connect): …". */
function shortError(text: string): string {
  if (/timed? ?out/i.test(text)) return "No answer within 10 s";
  if (/connection refused/i.test(text)) return "Connection refused";
  if (/dns error|failed to lookup/i.test(text)) return "Its name is not known to DNS";
  if (CERTIFICATE_ERROR.test(text)) return certificateProblem(text);
  const start = text.lastIndexOf("client error (");
  const end = start < 0 ? -1 : text.indexOf("): ", start);
  return text.slice(end < 0 ? 0 : end + 3).slice(0, 200);
}

/** What browsers will object to. */
function certificateProblem(text: string): string {
  if (/NotValidForName|not valid for/i.test(text)) return "Its certificate is made for another name";
  if (/Expired/i.test(text)) return "Its certificate has expired";
  if (/NotValidYet/i.test(text)) return "Its certificate is not valid yet";
  return "Its certificate is not trusted by this machine";
}
