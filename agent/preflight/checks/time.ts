import { errorText } from "../../error.ts";
import { NetworkError } from "../../net/errors.ts";
import type { Check, CheckOutcome } from "../check.ts";
import { askedEndpoints } from "../facts/endpoints.ts";
import type { TimeSync } from "../facts/time_sync.ts";
import { couldNotCheck, fail, pass, skipped, warn } from "../outcome.ts";

/** Whether the clock agrees with the registries, else with a time server. */
export const TIME_SKEW: Check = {
  id: "time.skew",
  title: "Clock",
  vantage: "agent",
  overridable: false,
  async run({ facts, registry, mirrors, clock, signal }) {
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
    if (dateMs === undefined) return await withoutDate(await facts.timeSync(), expected, remediation);
    const skewSec = Math.abs(clock.nowMs() - dateMs) / 1000;
    const found = `${Math.round(skewSec)} s off`;
    if (skewSec <= 30) return pass({ expected, found });
    return skewSec <= 300 ? warn({ expected, found, remediation }) : fail({ expected, found, remediation });
  },
};

/** Whether anything keeps the clock right from now on; how far it is off now says {@link TIME_SKEW}. */
export const TIME_SYNC: Check = {
  id: "time.sync",
  title: "Time server",
  vantage: "agent",
  overridable: true,
  async run({ facts }) {
    const expected = "the clock follows a time server";
    const { isSynchronized, isEnabled } = await facts.timeSync();
    if (isSynchronized === undefined) {
      return couldNotCheck({
        expected,
        found: "timedatectl does not say whether it does",
        remediation: "Look at what it says: timedatectl timesync-status",
      });
    }
    if (isSynchronized && isEnabled !== false) return pass({ expected, found: "it does" });
    if (isSynchronized) {
      return warn({
        expected,
        found: "it was set by another program; the machine's own time service is off",
        remediation: "Switch it on unless that program stays: sudo timedatectl set-ntp true",
      });
    }
    return fail({
      expected,
      found: isEnabled ? "no time server has answered yet" : "it follows none",
      remediation: isEnabled
        ? "Ask the network administrator to allow NTP (UDP port 123), or write NTP=SERVER of this site into /etc/systemd/timesyncd.conf and run: sudo systemctl restart systemd-timesyncd"
        : "Switch it on: sudo timedatectl set-ntp true. Accept if the hypervisor keeps the clock right",
    });
  },
};

/** A registry need not tell the time (RFC 9110 §6.6.1): then the machine's own time service is asked. */
function withoutDate(
  { isSynchronized }: TimeSync,
  expected: string,
  remediation: string,
): CheckOutcome {
  return isSynchronized
    ? pass({ expected, found: "it follows a time server; the registries told no time" })
    : warn({
      expected,
      found: `the registries told no time, and ${
        isSynchronized === false
          ? "the clock follows no time server"
          : "it is not known whether the clock follows a time server"
      }`,
      remediation,
    });
}
