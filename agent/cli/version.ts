import { BUILD } from "../version.ts";
import { type Command, EXIT } from "./command.ts";
import { parseChoice, parseOptions } from "./options.ts";

/** `alga-agent version` */
export const versionCommand: Command = {
  name: "version",
  summary: "show version, commit and build date",
  help: `Usage: alga-agent version [-o text|json]

  -o, --output  text (default) or json: version, commit and builtAt

Example: alga-agent version -o json`,
  run(args, terminal) {
    const { values } = parseOptions(
      {
        args: [...args],
        options: { output: { type: "string", short: "o", default: "text" } },
      } as const,
    );
    const output = parseChoice("-o", values.output, ["text", "json"]);
    const built = BUILD.builtAt === "" ? "" : `, built ${BUILD.builtAt.slice(0, 16).replace("T", " ")} UTC`;
    terminal.out(
      output === "json"
        ? `${JSON.stringify(BUILD)}\n`
        : `alga-agent ${BUILD.version} (${BUILD.commit}${built})\n`,
    );
    return Promise.resolve(EXIT.ok);
  },
};
