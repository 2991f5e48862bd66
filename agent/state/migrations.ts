/** The content of a state file, as JSON gives it. */
export type Content = Readonly<Record<string, unknown>>;

/** Makes the next version of a file's content of the one before. Pure; what it cannot read it throws at. */
export type Migration = (before: Content) => Content;

/** By path of the file: the first makes version 2 of version 1, the second version 3 of version 2. */
export type Migrations = Readonly<Record<string, readonly Migration[]>>;

/**
 * How state files came to their present form. Every one is of version 1 today. A field that may be absent needs no version of its
 * own; a form that an older agent would misread does. The order of an update of the agent and its outcome never get one: the
 * program from before reads both while the new one runs.
 */
export const MIGRATIONS: Migrations = {};

/** The version of a file that this agent writes, and the newest that it reads. */
export function versionOf(path: string, migrations: Migrations = MIGRATIONS): number {
  return 1 + (migrations[path]?.length ?? 0);
}

/** Brings content of an older version to the present one. */
export function migrate(content: Content, fromVersion: number, steps: readonly Migration[]): Content {
  return steps.slice(fromVersion - 1).reduce((before, step) => step(before), content);
}
