import { utcDay } from "../agent/text/utc_time.ts";
import { type Content, html, visible } from "./html.ts";
import type { Frame } from "./layout.ts";

/** Says of a page in clear that it is, with the same page over TLS; nothing of one that is encrypted. */
export function clearNotice(connection: Frame["connection"]): Content {
  if (connection.isEncrypted) return null;
  const url = connection.encryptedUrl;
  return html`
    <p>
      This page is not encrypted, so others in the network can read what you enter. The same page encrypted: <a
        href="${url}"
      >${visible(url)}</a>
    </p>
  `;
}

/** Which certificate the pages have, and by what a person knows it. */
export function certificateFacts(certificate: Frame["certificate"]): Content {
  if (certificate === null) return null;
  const whose = certificate.origin === "site"
    ? "This site's own"
    : "Made by this appliance, so the browser warns of it";
  return [
    html`
      <dt>Certificate</dt>
    `,
    html`
      <dd>${whose}, valid until ${utcDay(Date.parse(certificate.validTo))}</dd>
    `,
    html`
      <dt>SHA-256 fingerprint</dt>
    `,
    html`
      <dd class="mono">${breakable(certificate.fingerprint)}</dd>
    `,
  ];
}

/** What to do with a fingerprint, where there is a reason to. */
export function fingerprintHelp(certificate: Frame["certificate"]): Content {
  if (certificate?.origin !== "self-signed") return null;
  return html`
    <p class="soft">
      The browser shows a fingerprint behind its warning. It must be the one that <code>sudo alga-agent
        status</code> shows on the appliance.
      </p>
    `;
  }

  /** Narrow windows break it between two pairs. */
  function breakable(fingerprint: string): Content {
    return fingerprint.split(/(?<=:)/).map((pair) =>
      html`
        <span>${visible(pair)}<wbr /></span>
      `
    );
  }
