import { parseArgs } from "node:util";
import { startAgent } from "./agent_process.ts";
import { TIMELINES } from "./timelines.ts";
import { startWorld } from "./world.ts";

const HELP =
  `Usage: deno task demo [--scenario ID] [--port N] [--root DIR] [--speed N] [--json] [--agent FILE]

  --scenario ID  what happens (default healthy):
${TIMELINES.map((it) => `                   ${it.id.padEnd(26)}${it.title}`).join("\n")}
  --port N       port of the pages (default 8080)
  --root DIR     keep the simulated machine in this folder
  --speed N      seconds of simulated time per second (default 3)
  --json         print one line of JSON with url and token
  --agent FILE   use this compiled agent in place of the source
`;

/** @returns exit code. */
async function demo(): Promise<number> {
  let values;
  try {
    ({ values } = parseArgs({
      args: Deno.args,
      options: {
        scenario: { type: "string", default: "healthy" },
        port: { type: "string", default: "8080" },
        root: { type: "string" },
        speed: { type: "string", default: "3" },
        json: { type: "boolean", default: false },
        agent: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    }));
  } catch (error) {
    return usage((error as Error).message);
  }
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const port = Number(values.port);
  const speed = Number(values.speed);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    return usage(`--port must be a number from 1 to 65535, not "${values.port}"`);
  }
  if (!(speed > 0 && speed <= 1000)) {
    return usage(`--speed must be a number up to 1000, not "${values.speed}"`);
  }
  if (!TIMELINES.some((it) => it.id === values.scenario)) {
    return usage(`There is no scenario "${values.scenario}"`);
  }
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
  } catch {
    return usage(`Port ${port} is used by another program; choose one with --port`);
  }

  const root = values.root ?? await Deno.makeTempDir({ prefix: "alga-demo-" });
  await Deno.mkdir(root, { recursive: true });
  const world = await startWorld({ root: await Deno.realPath(root), timeline: values.scenario, speed });
  const agent = await startAgent(world, {
    port,
    ...(values.agent === undefined ? {} : { program: values.agent }),
  });
  if (values.json) {
    console.log(
      JSON.stringify({
        url: agent.url,
        token: agent.token,
        appUrl: world.appUrl,
        root,
        scenario: values.scenario,
      }),
    );
  } else {
    console.log(`
A simulated appliance is running (scenario: ${values.scenario}).

  Open      ${agent.url}/?token=${agent.token}
  Token     ${agent.token}

Link and token sign in once; after that it is the password which the first page has you choose.
In the form enter ${world.appUrl} as the application address, and what you like elsewhere;
a password that is accepted: Correct-Horse7!
Setup then takes about half a minute. Ctrl-C ends everything.
`);
  }
  const asked = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => asked.resolve());
  await Promise.race([asked.promise, agent.ended]);
  await agent.kill();
  await world.stop();
  if (values.root === undefined) await Deno.remove(root, { recursive: true });
  return 0;
}

function usage(problem: string): number {
  console.error(`${problem}\n\n${HELP}`);
  return 2;
}

Deno.exit(await demo());
