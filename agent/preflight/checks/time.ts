import { errorText } from "../../error.ts";
import type { Host } from "../../host/host.ts";
import { NetworkError } from "../../net/errors.ts";
import type { Check, CheckOutcome } from "../check.ts";
import { askedEndpoints } from "../facts/endpoints.ts";
import { couldNotCheck, fail, pass, skipped, warn } from "../outcome.ts";

/** Whether the clock agrees with the registries, else with a time server. Thresholds: catalogue.md 4.1. */
export const TIME_SKEW: Check = {
  id: "time.skew",
  title: "Clock",
  vantage: "agent",
  overridable: false,
  async run({ host, registry, mirrors, clock, signal }) {
    const expected = "at most 30 s off";
    const remediation =
      "Set the clock (sudo timedatectl set-ntp true), and ask the network administrator to allow NTP (UDP port 123)";
    const asked = await Promise.allSettled(
      askedEndpoints(mirrors).map((it) => registry.ping(it.registry, { signal })),
    );
    const strange = asked.find((it) => it.status === "rejected" && !(it.reason instanceof NetworkError));
    if (strange?.status === "rejected") throw strange.reason;
    const answers = asked.flatMap((it) => it.status === "fulfilled" ? [it.value] : []);
    const dateMs = answers.find((it) => it.dateMs !== undefined)?.dateMs;
    if (answers.length === 0) {
      const failures = asked.flatMap((it) => it.status === "rejected" ? [it.reason as NetworkError] : []);
      // A wrong clock makes certificates look wrong, so "tls" is not a reason to skip this.
      const refused = failures.find((it) => it.failure === "tls");
      if (refused) return couldNotCheck({ expected, found: errorText(refused), remediation });
      return skipped(expected, `${failures[0]?.host} told no time (see the checks of the registries)`);
    }
    if (dateMs === undefined) return await withoutDate(host, expected, remediation);
    const skewSec = Math.abs(clock.nowMs() - dateMs) / 1000;
    const found = `${Math.round(skewSec)} s off`;
    if (skewSec <= 30) return pass({ expected, found });
    return skewSec <= 300 ? warn({ expected, found, remediation }) : fail({ expected, found, remediation });
  },
};

/** A registry need not tell the time (RFC 9110 §6.6.1): then the machine's own time service is asked. */
async function withoutDate(host: Host, expected: string, remediation: string): Promise<CheckOutcome> {
  const reply = await host.run(["timedatectl", "show", "-p", "NTPSynchronized"], { timeoutMs: 3_000 })
    .catch(() => undefined);
  const word = /^NTPSynchronized=(\w+)/m.exec(reply?.stdout ?? "")?.[1];
  return word === "yes"
    ? pass({ expected, found: "it follows a time server; the registries told no time" })
    : warn({
      expected,
      found: `the registries told no time, and ${
        word === "no"
          ? "the clock follows no time server"
          : "it is not known whether the clock follows a time server"
      }`,
      remediation,
    });
}
