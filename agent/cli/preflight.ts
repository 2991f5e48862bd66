import { DEFAULT_LISTEN } from "../product/ports.ts";
import { systemClock } from "../clock.ts";
import { RealHost } from "../host/real_host.ts";
import { runPreflight, standsInTheWay } from "../preflight/mod.ts";
import { createRegistryClient } from "../registry/client.ts";
import { networkOf, onHost } from "../net/settings.ts";
import { BUILD } from "../version.ts";
import { defaultInputs } from "./bundle_checks.ts";
import { type Command, EXIT } from "./command.ts";
import { readInputFile } from "./input_file.ts";
import {
  parseChoice,
  parseDownloadUrl,
  parseListen,
  parseMirrors,
  parseOptions,
  PLACE_HELP,
  PLACE_OPTIONS,
  requireRoot,
} from "./options.ts";
import { reportText } from "./report_text.ts";

/** `alga-agent preflight` */
export const preflightCommand: Command = {
  name: "preflight",
  summary: "check this machine and its network; changes nothing",
  help: `Usage: alga-agent preflight [-o table|json] [--from-file FILE] [OPTIONS]

  -o, --output                table (default) or json
  --from-file FILE            check with these answers, not with the defaults
                              (see "alga-agent help setup")
  --listen ADDR:PORT          where the agent listens (default ${DEFAULT_LISTEN})
  --download-url URL          fetch k3s below this address, not its own site
${PLACE_HELP}

Works with and without the running service.

Exit codes: 0 nothing failed, 2 wrong answers in the file,
3 something failed or could not be checked.

Example: sudo alga-agent preflight -o json`,
  async run(args, terminal) {
    const { values } = parseOptions(
      {
        args: [...args],
        options: {
          ...PLACE_OPTIONS,
          output: { type: "string", short: "o", default: "table" },
          "from-file": { type: "string" },
          "download-url": { type: "string" },
          listen: { type: "string", default: DEFAULT_LISTEN },
        },
      } as const,
    );
    const output = parseChoice("-o", values.output, ["table", "json"]);
    const host = new RealHost(await requireRoot(values.root));
    const mirrors = parseMirrors(values["registry-mirror"]);
    const downloadUrl = parseDownloadUrl(values["download-url"]);
    const agentPort = parseListen(values.listen).port;
    const inputs = values["from-file"] === undefined
      ? await defaultInputs(host)
      : await readInputFile(values["from-file"], terminal);
    const registry = createRegistryClient({
      mirrors,
      network: onHost(networkOf(inputs), host),
      clock: systemClock,
      userAgent: `alga-agent/${BUILD.version}`,
    });
    try {
      const report = await runPreflight({
        host,
        clock: systemClock,
        inputs,
        registry,
        mirrors,
        agentPort,
        downloadUrl,
        signal: terminal.signal,
      });
      terminal.out(
        output === "json" ? `${JSON.stringify(report, undefined, 2)}\n` : reportText(report, terminal),
      );
      return report.results.some(standsInTheWay) ? EXIT.actionRequired : EXIT.ok;
    } finally {
      registry.close();
    }
  },
};
