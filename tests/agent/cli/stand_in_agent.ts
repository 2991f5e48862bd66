import { PATHS } from "../../../agent/state/paths.ts";

/** What the stand-in was asked. */
export interface Asked {
  method: string;
  path: string;
  body: unknown;
}

/** The socket of a running agent, answered by a table. */
export interface StandInAgent {
  root: string;
  asked: Asked[];
  /** "GET /api/v1/status" → answers in order; the last one stays. */
  answers: Record<string, { status: number; body: unknown }[]>;
}

/** A stand-in for the time of one test. */
export async function withStandIn(body: (agent: StandInAgent) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "alga-cli-" });
  await Deno.mkdir(root + PATHS.runDir, { recursive: true });
  const agent: StandInAgent = { root, asked: [], answers: {} };
  const server = Deno.serve({ path: root + PATHS.socket, onListen: () => {} }, async (request) => {
    const { pathname, search } = new URL(request.url);
    const text = await request.text();
    agent.asked.push({
      method: request.method,
      path: pathname + search,
      body: text === "" ? undefined : JSON.parse(text),
    });
    const queue = agent.answers[`${request.method} ${pathname}`] ?? [];
    const answer = (queue.length > 1 ? queue.shift() : queue[0]) ??
      { status: 404, body: { title: "no answer" } };
    return new Response(typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body), {
      status: answer.status,
    });
  });
  try {
    await body(agent);
  } finally {
    await server.shutdown();
    await Deno.remove(root, { recursive: true });
  }
}
