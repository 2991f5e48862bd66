/** In plain words what the kubelet says of a health check that failed; "" where it is not known. */
export function healthCheckWords(message: string): string {
  const status = /statuscode: (\d{3})/.exec(message)?.[1];
  if (status !== undefined) return `It answers its health check with ${status}`;
  if (/connection refused/i.test(message)) return "Nothing answers on the port of its health check";
  if (/no route to host|network is unreachable/i.test(message)) {
    return "Its health check does not get through to it";
  }
  if (/connection reset|\bEOF\b/i.test(message)) return "It breaks its health check off";
  if (/deadline exceeded|time-?out|timed out/i.test(message)) {
    return "It does not answer its health check in time";
  }
  return /probe/i.test(message) ? "Its health check fails" : "";
}

/** In plain words why the container runtime could not start a program; "" where it is not known. */
export function startFailureWords(message: string): string {
  const program = /exec: "([^"]{1,200})"/.exec(message)?.[1];
  const named = program === undefined ? "Its program" : `Its program ${program}`;
  if (/exec format error/i.test(message)) return `${named} is made for another kind of processor`;
  if (program !== undefined && /no such file or directory|executable file not found/i.test(message)) {
    return `${named} is not in its image`;
  }
  if (program !== undefined && /permission denied|operation not permitted/i.test(message)) {
    return `${named} may not be run`;
  }
  if (/is a directory|not a directory/i.test(message)) {
    return "A folder that it needs is a file, or the other way round";
  }
  return "";
}

/** Words that programs have from the libraries and runtimes below them. */
const OF_A_RUNTIME =
  /rpc error|\bdesc = |\bcode = \w|\bdial (?:tcp|udp)|\blookup \S{1,253} on |\bread (?:tcp|udp) |x509: |context deadline exceeded|containerd|OCI runtime|\b(?:Get|Post|Head) "/i;

/** A line of a program as it may stand before people; "" where it is none for them, and belongs into the evidence alone. */
export function forPeople(line: string): string {
  return OF_A_RUNTIME.test(line) ? "" : line;
}
