import { PATHS } from "../../../agent/state/paths.ts";
import type { FakeHost } from "../../fakes/fake_host.ts";
import { journalText } from "../../fakes/journal_text.ts";
import type { CheckCase } from "./check_case.ts";
import type { FakeRegistry } from "./fake_registry.ts";

const BROUGHT = await journalText([["step.started", { stepId: "k3s" }], ["step.started", {
  stepId: "source",
}]]);
const CHOSEN = await journalText([["step.started", { stepId: "k3s" }]]);

/** Every way from an installed release to that of the answers, which is 1.4.0. */
export const UPGRADE_PATH_CASES: readonly CheckCase[] = [
  {
    id: "rel.upgrade-path",
    when: "nothing is installed",
    status: "skipped",
    found: "no release is installed",
  },
  {
    id: "rel.upgrade-path",
    when: "an older one is installed",
    status: "pass",
    found: "1.3.9 to 1.4.0",
    host: installed("1.3.9"),
  },
  {
    id: "rel.upgrade-path",
    when: "it is installed already",
    status: "pass",
    found: "1.4.0 is installed",
    host: installed("1.4.0"),
    registry: follows("1.3.9"),
  },
  {
    id: "rel.upgrade-path",
    when: "a newer one is installed",
    status: "fail",
    found: "1.4.0 is older than 1.5.0",
    advice: /Stay on the installed release/,
    host: installed("1.5.0"),
  },
  {
    id: "rel.upgrade-path",
    when: "another one comes between",
    status: "fail",
    found: "1.4.0 follows 1.3.8, 1.3.9",
    advice: /^Update to 1\.3\.9 first$/,
    host: installed("1.2.0"),
    registry: follows("1.3.8", "1.3.9"),
  },
  {
    id: "rel.upgrade-path",
    when: "a newer one was chosen and never brought to the cluster",
    status: "skipped",
    found: "no release is installed",
    host: installed("1.5.0", CHOSEN),
  },
  {
    id: "rel.upgrade-path",
    when: "no release can be read",
    status: "skipped",
    found: "no release could be read (see Release)",
    host: installed("1.3.9"),
    registry: (it) => void (it.readFailure = "tcp"),
  },
  {
    id: "rel.upgrade-path",
    when: "the client breaks",
    status: "error",
    found: "boom",
    host: installed("1.3.9"),
    registry: (it) => void (it.readFailure = new TypeError("boom")),
  },
];

function installed(version: string, journal = BROUGHT): (host: FakeHost) => void {
  return (host) => {
    host.put(PATHS.journal, journal);
    host.put(PATHS.releaseSelection, JSON.stringify({ selectedReleaseVersion: version }));
  };
}

function follows(...upgradeFrom: string[]): (registry: FakeRegistry) => void {
  return (registry) => {
    if (registry.release) registry.release = { ...registry.release, upgradeFrom };
  };
}
