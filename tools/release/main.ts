import { runReleaseCli } from "./release_cli.ts";

// `deno task` changes the folder; paths on its command line are meant from where it was called.
Deno.exit(
  await runReleaseCli(Deno.args, {
    out: (text) => Deno.stdout.writeSync(new TextEncoder().encode(text)),
    err: (text) => Deno.stderr.writeSync(new TextEncoder().encode(text)),
    folder: Deno.env.get("INIT_CWD") ?? Deno.cwd(),
    home: Deno.env.get("HOME") ?? "/",
  }),
);
