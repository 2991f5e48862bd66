import { someOf } from "../text/some_of.ts";
import type { Gate } from "../operation/gate.ts";
import {
  allChecks,
  type Check,
  type CheckContext,
  checkIds,
  type PreflightReport,
  runPreflight,
} from "../preflight/mod.ts";
import { fail, pass, warn } from "../preflight/outcome.ts";
import { toCheckInputs } from "../settings/settings.ts";
import { isOlder, pathProblem } from "../release/mod.ts";
import { preflightGate } from "../setup/preflight_gate.ts";
import { requireRelease } from "../setup/release_selection.ts";
import { requireKube } from "../setup/steps/cluster.ts";
import { newerSeen, readSeen } from "../trust/mod.ts";
import { olderThan } from "./age.ts";
import { backupCheck } from "./backup_check.ts";
import { releasesOf, targetOf, type UpdateContext } from "./context.ts";
import { isSuspended, readReleases } from "./helm_releases.ts";
import { imageChecks } from "./images/image_checks.ts";
import { windowCheck } from "./window_check.ts";

/**
 * Checks of setup that an update needs as well: the way to the registries, the release and all that it names, the room on the
 * disk, the time. What is asked of a fresh machine only, such as how fast disk and line are or whether the images of setup still fit,
 * is left out: an update would fail on it for good.
 */
const SHARED =
  /^(reg\.(?!throughput$)|rel\.(schema|signature|signature-kept)$|disk\.(total|used|readonly|inodes)$|time\.)/;

export function isShared(checkId: string): boolean {
  return SHARED.test(checkId);
}

/** What has to be well before anything changes. The repair is never kept back by what it repairs: that may be accepted. */
export const updateGate: Gate<UpdateContext, PreflightReport> = {
  ...preflightGate,
  id: "check",
  title: "Check the update",
  failure: {
    category: "registry-release-source",
    cannot: "The update could not be checked",
    nextAction: "Try again; if it stays, look at the agent's log (journalctl -u alga-appliance)",
  },
  check: (context) => checkTarget(context, updateChecks(context)),
  summary: ({ results }) => `${results.length} checks done`,
};

/** Runs the checks that an update shares with setup for its target, and others beside them. */
export async function checkTarget(
  context: Pick<
    UpdateContext,
    "host" | "clock" | "registry" | "mirrors" | "agentPort" | "signal" | "settings" | "request"
  >,
  own: readonly Check[],
): Promise<PreflightReport> {
  const { host, clock, registry, mirrors, agentPort, signal } = context;
  const { manifestDigest, registryHost, repository } = targetOf(context);
  const inputs = {
    ...toCheckInputs(await context.settings()),
    releaseRef: manifestDigest,
    releasePlace: { registryHost, repository },
  };
  const asked: CheckContext = { host, clock, registry, mirrors, agentPort, signal, inputs };
  const checks = [...allChecks(asked).filter((it) => isShared(it.id)), ...own];
  return await runPreflight(asked, { checks });
}

/** What only an update asks. */
export function updateChecks(context: UpdateContext): readonly Check[] {
  return [
    pathCheck(context),
    downgradeCheck(context),
    ...imageChecks(context),
    chartsCheck(context),
    heldCheck(context),
    healthCheck(context),
    backupCheck(context),
    windowCheck(context),
  ];
}

/** The id of every check that an update may run. */
export function updateCheckIds(): string[] {
  // What a check needs is looked at only when it runs.
  const own = updateChecks({} as UpdateContext).map((it) => it.id);
  return [...checkIds().filter(isShared), ...own];
}

/** From the installed release the new one can be reached in one step. */
function pathCheck(context: UpdateContext): Check {
  return {
    id: "upd.path",
    title: "Way to the new release",
    vantage: "agent",
    overridable: true,
    async run() {
      const target = targetOf(context).manifest;
      const kept = requireRelease(await context.installed());
      const installed = kept.manifest;
      // An update that was stopped after it wrote the release down goes on.
      if (kept.manifestDigest === targetOf(context).manifestDigest) {
        return pass({
          expected: "the release on record or one after it",
          found: `${target.version} is on record`,
        });
      }
      const expected = `release ${target.version} follows ${installed.version}`;
      const problem = pathProblem(installed.version, target);
      if (problem && context.request.allowDowngrade && isOlder(target.version, installed.version)) {
        return warn({ expected, ...problem });
      }
      if (problem === undefined) {
        return pass({ expected, found: `${installed.version} to ${target.version}` });
      }
      return fail({ expected, ...problem });
    },
  };
}

/** Nobody shows an old release in place of a newer one; going back has to be asked for. */
function downgradeCheck(context: UpdateContext): Check {
  return {
    id: "upd.downgrade",
    title: "Newer than before",
    vantage: "agent",
    overridable: false,
    async run({ host, clock }) {
      const target = targetOf(context);
      const expected = "a release that is not older than those before it";
      const newer = newerSeen(await readSeen(host, clock, target), target);
      const older = olderThan(
        target,
        requireRelease(await context.installed()),
        newer ? { trust: { newer } } : {},
      );
      if (!older) return pass({ expected, found: target.manifest.releasedAt ?? "it goes forwards" });
      const found = `${target.manifest.version} is older than ${older.version}${
        older.releasedAt === undefined ? "" : ` of ${older.releasedAt.slice(0, 10)}`
      }`;
      if (context.request.allowDowngrade) {
        return warn({
          expected,
          found: `${found}; somebody asked to go back`,
          remediation: "Where nobody wants that: sudo alga-agent update cancel",
        });
      }
      return fail({
        expected,
        found,
        remediation:
          "Stay on the installed release. Only where Alga support asked you to go back: sudo alga-agent update apply --allow-downgrade",
      });
    },
  };
}

/** All charts that it and those after it on the way name exist. */
function chartsCheck(context: UpdateContext): Check {
  return {
    id: "upd.charts",
    title: "Charts of the release",
    vantage: "cluster",
    overridable: false,
    async run({ registry, signal }) {
      const charts = new Map(
        releasesOf(context).flatMap(({ manifest: { version, charts } }) =>
          Object.entries(charts).map(([name, tag]) => [`${name} ${tag}`, { name, tag, version }] as const)
        ),
      );
      const expected = "every chart of every release on the way exists";
      const there = await Promise.all([...charts.values()].map(async (it) => ({
        ...it,
        exists: await registry.exists("ghcr.io", `nine-minds/charts/${it.name}`, it.tag, { signal }),
      })));
      const missing = there.filter((it) => !it.exists);
      if (missing.length === 0) return pass({ expected, found: `all ${there.length}` });
      const versions = [...new Set(missing.map((it) => it.version))].join(", ");
      return fail({
        expected,
        found: `missing: ${missing.map((it) => `${it.name} ${it.tag} (${it.version})`).join(", ")}`,
        remediation: `Stay on the installed release and report ${versions} to Alga support`,
      });
    },
  };
}

/** Nobody holds a release on purpose. */
function heldCheck(context: UpdateContext): Check {
  return {
    id: "upd.held",
    title: "Paused releases",
    vantage: "cluster",
    overridable: true,
    async run() {
      const held = (await readReleases(await requireKube(context))).filter(isSuspended)
        .map((it) => it.metadata.name);
      const expected = "no release is paused";
      if (held.length === 0) return pass({ expected, found: "none" });
      return fail({
        expected,
        found: `paused: ${held.join(", ")}`,
        remediation:
          "Accept it: the update lets them go. Or see first who did what (sudo alga-agent audit), and why they are paused",
      });
    },
  };
}

/** What is broken before the update is not taken for its work. */
function healthCheck(context: UpdateContext): Check {
  return {
    id: "upd.health",
    title: "Health before the update",
    vantage: "agent",
    overridable: true,
    run() {
      const troubles = context.troubles();
      const expected = "the appliance works";
      if (troubles.length === 0) return Promise.resolve(pass({ expected, found: "nothing is wrong" }));
      return Promise.resolve(warn({
        expected,
        found: someOf(troubles, 3, "; "),
        remediation: 'See the page "Status". Go on where the update is to fix it',
      }));
    },
  };
}
