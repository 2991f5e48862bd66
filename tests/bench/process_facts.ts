/** Memory in the machine now, in MB. */
export async function memoryMb(pid: number): Promise<number> {
  const text = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/VmRSS:\s+(\d+) kB/.exec(text)?.[1]) / 1000;
}

/** Processor time used so far by the threads that live, in ms; /proc/PID/stat counts in steps of 10 ms, too coarse for an idle program. */
export async function cpuMs(pid: number): Promise<number> {
  let sumNs = 0;
  for await (const { name } of Deno.readDir(`/proc/${pid}/task`)) {
    const text = await Deno.readTextFile(`/proc/${pid}/task/${name}/schedstat`).catch(() => "0"); // it has just ended
    sumNs += Number(text.split(" ")[0]);
  }
  return sumNs / 1e6;
}

/** The same of all threads, those that have ended too, in steps of 10 ms: for a program that is looked at for half a minute. */
export async function cpuOfAllMs(pid: number): Promise<number> {
  const text = await Deno.readTextFile(`/proc/${pid}/stat`);
  const [user, system] = text.slice(text.lastIndexOf(")") + 2).split(" ").slice(11, 13);
  return (Number(user) + Number(system)) * 10;
}
