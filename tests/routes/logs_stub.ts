import type { MonotonicClock } from "../../agent/clock.ts";
import type { Host } from "../../agent/host/host.ts";
import type { LogService } from "../../agent/logs/log_origin.ts";
import { createLogService } from "../../agent/logs/log_service.ts";
import { knownValues } from "../../agent/text/redact/known_values.ts";

/** A secret of this site, which no page may show. */
export const SITE_SECRET = "Zk93-never-shown";

/** The logs of a host without Kubernetes. */
export function logsStub({ host, clock }: { host: Host; clock: MonotonicClock }): LogService {
  return createLogService({
    host,
    clock,
    connectKube: () => Promise.resolve(undefined),
    pods: () => [],
    readKnown: () =>
      Promise.resolve(knownValues([{ rule: "K.kube-secret", key: "password", value: SITE_SECRET }])),
  });
}
