import type { RegistryProbeFailure } from "../../../../agent/facts/snapshot.ts";
import type { Snapshot } from "../../../../agent/facts/snapshot.ts";
import { ago } from "../../status/objects.ts";
import { HEALTHY, type Row } from "../rule_row.ts";
import { PULLS } from "./pull_texts.ts";

function probed(failure: Partial<RegistryProbeFailure> | undefined): Snapshot {
  return {
    ...HEALTHY,
    probes: {
      ...HEALTHY.probes,
      registry: {
        at: ago(5),
        ok: false,
        message: "ghcr.io: it cannot be used",
        ...(failure === undefined
          ? {}
          : { failure: { code: "tcp", host: "ghcr.io", detail: "", ...failure } }),
      },
    },
  };
}

function setupFailed(details: string): Snapshot {
  return {
    ...HEALTHY,
    setup: {
      ...HEALTHY.setup,
      status: "failed",
      stepId: "source",
      stepTitle: "Apply the release",
      since: ago(60),
      failure: {
        category: "flux",
        code: "FLUX_FAILED",
        message: "The release could not be applied",
        details,
        suggestedNextStep: "Try again in some minutes",
        retrySafe: true,
      },
    },
  };
}

const CLIENT = "error sending request for url (https://ghcr.io/v2/): client error (Connect): ";

/** What Deno 2.6 says, and what the registry answered. */
const PROBES: readonly [id: Row["id"], failure: Partial<RegistryProbeFailure>][] = [
  ["net.egress", { detail: `${CLIENT}tcp connect error: Connection refused (os error 111)` }],
  ["net.egress", { code: "timeout" }],
  ["net.no-route", { detail: `${CLIENT}tcp connect error: Network is unreachable (os error 101)` }],
  ["dns.nxdomain", {
    code: "dns",
    detail: `${CLIENT}dns error: failed to lookup address information: Name or service not known`,
  }],
  ["dns.nxdomain", {
    code: "dns",
    detail:
      'proto error: no records found for Query { name: Name("ghcr.io."), query_type: A, query_class: IN }',
  }],
  ["dns.failed", {
    code: "dns",
    detail: `${CLIENT}dns error: failed to lookup address information: Temporary failure in name resolution`,
  }],
  ["net.tls-intercept", { code: "tls", detail: `${CLIENT}invalid peer certificate: UnknownIssuer` }],
  ["net.tls-intercept", { code: "tls" }],
  ["net.cert-expired", {
    code: "tls",
    detail: `${CLIENT}invalid peer certificate: certificate expired: verification time 1795694400 (UNIX)`,
  }],
  ["time.skew", {
    code: "tls",
    detail:
      `${CLIENT}invalid peer certificate: certificate not valid yet: verification time 1795694400 (UNIX)`,
  }],
  ["net.proxy-auth", { code: "proxy", detail: `${CLIENT}tunnel error: proxy authorization required` }],
  ["net.proxy-auth", { code: "proxy", status: 407 }],
  ["reg.auth", {
    code: "unauthorized",
    status: 407,
    detail: "mirror.example.com wants a user name and password, in the way of a proxy",
  }],
  ["net.proxy-down", { code: "proxy", detail: `${CLIENT}tunnel error: unsuccessful` }],
  ["reg.auth", { code: "denied", status: 403 }],
  ["reg.ratelimit", { code: "rate-limited", status: 429 }],
  ["reg.unavailable", { code: "server-error", status: 503 }],
  ["net.registry", { code: "unexpected-status", status: 302 }],
];

/** Every way in which the rules of this family find something. */
export const REGISTRY_ROWS: readonly Row[] = [
  ...PROBES.map(([id, failure]): Row => ({
    name: `probe, ${failure.code ?? "tcp"} ${failure.status ?? failure.detail?.slice(-50) ?? ""}`,
    id,
    red: probed(failure),
    green: HEALTHY,
  })),
  { name: "probe that tells nothing", id: "net.registry", red: probed(undefined), green: HEALTHY },
  // What Flux said of the release, word for word, when the last steps of setup gave up on it.
  ...PULLS.filter(([id]) => /^(dns|net|time)\./.test(id)).map(([id, text], index): Row => ({
    name: `setup stopped, text ${index}`,
    id,
    component: "network",
    red: setupFailed(text),
    green: setupFailed("something that nobody has seen"),
  })),
];
