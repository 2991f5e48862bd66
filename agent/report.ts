/** Tells of an error that is met and lived with: work that is tried again, a rule that is left out. `id` names what failed. */
export type Report = (id: string, error: unknown) => void;

/** Tells each id once: what fails at every round would fill the log. */
export function reportOnce(say: (id: string, error: unknown) => void): Report {
  const told = new Set<string>();
  return (id, error) => {
    if (told.has(id)) return;
    told.add(id);
    say(id, error);
  };
}
