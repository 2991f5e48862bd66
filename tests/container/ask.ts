/** One request, told on standard input, from wherever this process stands; the answer goes to standard output. */
const { url, ...request } = JSON.parse(await new Response(Deno.stdin.readable).text());
const answer = await fetch(url, { ...request, redirect: "manual", signal: AbortSignal.timeout(20_000) });
const said: Answer = {
  status: answer.status,
  headers: Object.fromEntries(answer.headers),
  text: await answer.text(),
};
console.log(JSON.stringify(said));

/** What came back. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  text: string;
}
