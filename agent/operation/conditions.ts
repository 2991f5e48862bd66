/** What stands in the way before the first effect. */
export interface Condition {
  id: string;
  cause: string;
  wayOut: string;
  /** A person may accept it, knowing the cause; another cause needs another acceptance. */
  mayBeAccepted: boolean;
}

/** A condition that a person accepted; stored and shown for ever. */
export interface Acceptance {
  checkId: string;
  by: string;
  at: string;
  /** The cause at that time. */
  found: string;
}

/** What can be said of a gate's report afterwards. */
export interface GateReader<Report = unknown> {
  id: string;
  /** A report as the journal has it; `undefined` for one that cannot be computed with. */
  read(data: unknown): Report | undefined;
  /** What of a report stands in the way. */
  conditions(report: Report): readonly Condition[];
  /** Everything that it reports on, well or not: what may be named when findings are accepted. */
  ids(report: Report): readonly string[];
}

/** What is left when a person has accepted some; another cause needs another acceptance. */
export function openConditions(
  conditions: readonly Condition[],
  accepted: readonly Acceptance[],
): readonly Condition[] {
  return conditions.filter((it) =>
    !it.mayBeAccepted || !accepted.some((a) => a.checkId === it.id && a.found === it.cause)
  );
}
