import { utcDay } from "../agent/text/utc_time.ts";
import { type Content, html, visible } from "./html.ts";
import type { Frame } from "./layout.ts";

/** Which certificate the pages have, and by what a person knows it. */
export function certificateFacts(certificate: Frame["certificate"]): Content {
  if (certificate === null) return null;
  return [
    html`
      <dt>Certificate</dt>
    `,
    html`
      <dd>${certificate.origin === "site"
        ? "This site's own"
        : "Made by this appliance, so the browser warns of it"}, valid until ${utcDay(
          Date.parse(certificate.validTo),
        )}</dd>
    `,
    html`
      <dt>SHA-256 fingerprint</dt>
    `,
    html`
      <dd class="mono">${visible(certificate.fingerprint)}</dd>
    `,
  ];
}
