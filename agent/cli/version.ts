import { utcMinute } from "../text/utc_time.ts";
import { THIRD_PARTS } from "../product/pins.ts";
import { BUILD, START } from "../version.ts";
import { type Command, EXIT } from "./command.ts";
import { licencesText, readLicenceTexts } from "./licences.ts";
import { parseChoice, parseOptions } from "./options.ts";

/** `alga-agent version` */
export const versionCommand: Command = {
  name: "version",
  summary: "show version, commit and build date",
  help: `Usage: alga-agent version [-o text|json] [--licences]

  -o, --output  text (default) or json: version, commit, builtAt and
                isPrecompiled (starts from code that was made before)
  --licences    what others made: inside this program, fetched by it and
                pulled by the cluster; then the licences of what is inside

Example: alga-agent version -o json`,
  async run(args, terminal) {
    const { values } = parseOptions(
      {
        args: [...args],
        options: {
          output: { type: "string", short: "o", default: "text" },
          licences: { type: "boolean", default: false },
        },
      } as const,
    );
    const output = parseChoice("-o", values.output, ["text", "json"]);
    if (values.licences) {
      const texts = await readLicenceTexts();
      terminal.out(
        output === "json" ? `${JSON.stringify({ parts: THIRD_PARTS, texts })}\n` : licencesText(texts),
      );
      return EXIT.ok;
    }
    const built = BUILD.builtAt === "" ? "" : `, built ${utcMinute(BUILD.builtAt)}`;
    terminal.out(
      output === "json"
        ? `${JSON.stringify({ ...BUILD, ...START })}\n`
        : `alga-agent ${BUILD.version} (${BUILD.commit}${built})\n`,
    );
    return EXIT.ok;
  },
};
