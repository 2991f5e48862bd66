import { isOlder, type ResolvedRelease } from "../release/mod.ts";
import { isBefore, type Judgement } from "../trust/mod.ts";

/** A release that is newer than the one that an update would go to. */
export interface NewerRelease {
  version: string;
  releasedAt?: string;
}

/**
 * The release that an update to the target would go back from: the one that its channel led to before, or the installed one where
 * that was published later, or has the higher version where a release does not say when. `undefined` where the update goes forwards.
 */
export function olderThan(
  target: ResolvedRelease,
  installed: ResolvedRelease | undefined,
  { trust }: { trust?: Pick<Judgement, "newer"> },
): NewerRelease | undefined {
  if (trust?.newer) return trust.newer;
  if (!installed) return undefined;
  const { version, releasedAt } = installed.manifest;
  const [one, other] = [target.manifest.releasedAt, releasedAt];
  const isBack = one !== undefined && other !== undefined
    ? isBefore(one, other)
    : isOlder(target.manifest.version, version);
  return isBack ? { version, ...(releasedAt === undefined ? {} : { releasedAt }) } : undefined;
}
