interface LogLine {
  at: string;
  stepId: string;
  text: string;
}

/**
 * Says the lines of a log that came since the last call, each as "14:02:10 STEP text" with the id in so many columns. A log keeps
 * its newest lines only, so what is new is found by the line that was last.
 */
export function followLog(
  idColumns: number,
  say: (text: string, hang: number) => void,
): (log: readonly LogLine[]) => void {
  const hang = "14:02:10 ".length + idColumns + 1;
  let last = "";
  return (log) => {
    const lines = log.map((it) => `${it.at.slice(11, 19)} ${it.stepId.padEnd(idColumns)} ${it.text}`);
    for (const line of lines.slice(lines.lastIndexOf(last) + 1)) say(line, hang);
    last = lines.at(-1) ?? last;
  };
}
