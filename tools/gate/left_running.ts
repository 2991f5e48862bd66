/** A process that outlived the command that began it. */
export interface LeftRunning {
  pid: number;
  /** Program and arguments, cut to one line. */
  command: string;
}

/** Every process whose environment holds `mark`, this one apart: children inherit it wherever they go. */
export function findMarked(mark: string): LeftRunning[] {
  const found: LeftRunning[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === Deno.pid) continue;
    try {
      if (!Deno.readTextFileSync(`/proc/${pid}/environ`).split("\0").includes(mark)) continue;
      const command = Deno.readTextFileSync(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
      // One that has ended and waits for its parent has no command line.
      if (command !== "") found.push({ pid, command: command.slice(0, 120) });
    } catch {
      // It has ended meanwhile, or belongs to somebody else.
    }
  }
  return found;
}

/** Ends every marked process and tells which there were. Looks again, because one may have begun another meanwhile. */
export function endMarked(mark: string): LeftRunning[] {
  const ended = new Map<number, LeftRunning>();
  for (let round = 0; round < 3; round++) {
    const found = findMarked(mark);
    if (found.length === 0) break;
    for (const it of found) {
      ended.set(it.pid, it);
      try {
        Deno.kill(it.pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    }
  }
  return [...ended.values()];
}
