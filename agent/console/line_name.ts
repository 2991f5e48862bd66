/** Names the line (tty1, ttyS0) of a console that asks the agent over its socket; counts nowhere else. */
export const LINE_HEADER = "x-alga-console";

/** What a console is called that runs in somebody's own terminal. */
export const NO_LINE = "terminal";

const LINE_NAME = /^[\w-]{1,30}$/;

/** Whether a text may be the name of a line: it is shown, kept, and made a part of a unit's name. */
export function isLineName(text: string): boolean {
  return LINE_NAME.test(text);
}
