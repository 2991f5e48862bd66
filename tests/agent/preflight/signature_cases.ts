import { generateKeyPairSync } from "node:crypto";
import { PATHS } from "../../../agent/state/paths.ts";
import type { FakeHost } from "../../fakes/fake_host.ts";
import { SITE_KEY_PATH } from "../trust/site_key.ts";
import type { CheckCase } from "./check_case.ts";
import type { FakeRegistry } from "./fake_registry.ts";

const OTHER_KEY = String(
  generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ type: "spki", format: "pem" }),
);
const unsigned = (it: FakeRegistry) => void (it.isSigned = false);
/** As after a look at a channel that led to a signed release. */
function sawSigned(host: FakeHost): void {
  const signed = { at: "2026-11-20T00:00:00Z", version: "1.3.0" };
  const repositories = { "ghcr.io/nine-minds/alga-appliance-release": { signed, channels: {} } };
  host.put(PATHS.releaseTrust, JSON.stringify({ repositories }));
}

/** Every way the checks of the release's signature can end. */
export const SIGNATURE_CASES: readonly CheckCase[] = [
  {
    id: "rel.signature",
    when: "a key of the site signed it",
    status: "pass",
    found: 'signed with the key "site.pub"',
  },
  {
    id: "rel.signature",
    when: "nobody signed it",
    status: "warn",
    found: "it has no signature",
    advice: /settings set --signatures require/,
    registry: unsigned,
  },
  {
    id: "rel.signature",
    when: "nobody signed it and signatures are required",
    status: "fail",
    found: "it has no signature",
    advice: /support.*settings set --signatures warn/,
    registry: unsigned,
    inputs: { signatures: "require" },
  },
  {
    id: "rel.signature",
    when: "another key signed it",
    status: "fail",
    found: "its signature does not count: it is of no key that is trusted here",
    advice: /^Do not install it: report it to Alga support/,
    host: (it) => it.put(SITE_KEY_PATH, OTHER_KEY),
  },
  {
    id: "rel.signature",
    when: "no key is known",
    status: "warn",
    found: "it cannot be told whether it is signed: no key is known here",
    host: (it) => void it.files.delete(SITE_KEY_PATH),
  },
  {
    id: "rel.signature",
    when: "the registry is ill",
    status: "error",
    found: /could not be asked for: .*server-error/,
    advice: /network administrator/,
    registry: (it) => void (it.signatureFailure = "server-error"),
  },
  {
    id: "rel.signature",
    when: "no release could be read",
    status: "skipped",
    found: "no release could be read (see Release)",
    registry: (it) => void (it.readFailure = "tcp"),
  },
  { id: "rel.signature-kept", when: "it is signed", status: "pass", found: 'signed with the key "site.pub"' },
  {
    id: "rel.signature-kept",
    when: "no release ever was",
    status: "pass",
    found: "none of them had one",
    registry: unsigned,
  },
  {
    id: "rel.signature-kept",
    when: "releases before were signed",
    status: "fail",
    found: "it has no signature, and release 1.3.0 had one (seen 2026-11-20)",
    advice: /support/,
    registry: unsigned,
    host: sawSigned,
  },
  {
    id: "rel.signature-kept",
    when: "it is refused anyway",
    status: "skipped",
    found: "see Signature of the release",
    registry: unsigned,
    host: sawSigned,
    inputs: { signatures: "require" },
  },
];
