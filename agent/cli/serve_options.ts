import { DEFAULT_LISTEN } from "../product/ports.ts";
import {
  parseDays,
  parseDownloadUrl,
  parseKubeconfig,
  parseListen,
  parseMirrors,
  parseOptions,
  parsePublicNames,
  PLACE_HELP,
  PLACE_OPTIONS,
  requireRoot,
} from "./options.ts";

/** Help of `alga-agent serve`. */
export const SERVE_HELP = `Usage: alga-agent serve [OPTIONS]

  --listen ADDR:PORT          where pages and API are (default ${DEFAULT_LISTEN})
${PLACE_HELP}
  --kubeconfig FILE           how to reach Kubernetes
                              (default /etc/rancher/k3s/k3s.yaml below the root)
  --download-url URL          fetch k3s below this address, not its own site
  --public-name NAME          people open the pages by this name too, as that
                              of a reverse proxy; may be repeated
  --redirect-to-https         lead browsers that come in clear to the
                              encrypted pages, which are on the same port
  --hsts-days DAYS            tell browsers that came encrypted to come so for
                              DAYS. It counts for every port of the host name:
                              Alga must then be opened by https:// too

Ends with SIGTERM or SIGINT. A setup under way goes on at the next start.

Example: alga-agent serve --listen ${DEFAULT_LISTEN}`;

/**
 * The command line of `alga-agent serve`, every value checked.
 * @throws {UsageError} If one is not what it must be.
 */
export async function readServeOptions(args: readonly string[]) {
  const { values } = parseOptions(
    {
      args: [...args],
      options: {
        ...PLACE_OPTIONS,
        listen: { type: "string", default: DEFAULT_LISTEN },
        kubeconfig: { type: "string" },
        "download-url": { type: "string" },
        "public-name": { type: "string", multiple: true },
        "redirect-to-https": { type: "boolean", default: false },
        "hsts-days": { type: "string" },
      },
    } as const,
  );
  return {
    root: await requireRoot(values.root),
    listen: parseListen(values.listen),
    mirrors: parseMirrors(values["registry-mirror"]),
    publicNames: parsePublicNames(values["public-name"]),
    kubeconfig: await parseKubeconfig(values.kubeconfig),
    downloadBaseUrl: parseDownloadUrl(values["download-url"]),
    encryption: {
      redirects: values["redirect-to-https"],
      hstsDays: parseDays("--hsts-days", values["hsts-days"]),
    },
  };
}
