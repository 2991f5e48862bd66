import { checkFluxCrds } from "../../../flux/crds.ts";
import type { K3sPin } from "../../../k8s/k3s/pin.ts";
import { airgapArchives, findFile, type K3sFile, k3sFiles } from "../../../k8s/k3s/sources.ts";
import { AgentError, errorText } from "../../error.ts";
import { NetworkError, trustRemedy } from "../../net/errors.ts";
import { fetchStatus } from "../../net/fetch_file.ts";
import { networkOf, onHost } from "../../net/settings.ts";
import { PATHS } from "../../state/paths.ts";
import type { Check, CheckContext, CheckOutcome, RunContext } from "../check.ts";
import { fail, pass, skipped, warn } from "../outcome.ts";

const FROM_IMAGE = "Install from the appliance image again, in the hypervisor";

/** What setup takes from elsewhere is here or can be fetched; asked of the same list that setup itself works through. */
export const SOURCE_CHECKS: readonly Check[] = [
  {
    id: "k3s.sources",
    title: "Files of Kubernetes",
    vantage: "agent",
    overridable: false,
    async run(context) {
      const expected = "k3s and its installer are here or can be downloaded";
      const pin = await readPin(context, expected);
      if ("status" in pin) return pin;
      const files = k3sFiles(pin, context.downloadUrl);
      const places = await Promise.all([...files, ...airgapArchives(pin)].map(async (file) => ({
        file,
        place: await findFile(context.host, file),
      })));
      const damaged = places.filter((it) =>
        it.place === "damaged" || it.place === "absent" && !files.some((file) => file === it.file)
      );
      if (damaged.length > 0) {
        return fail({
          expected,
          found: `damaged or missing: ${damaged.map((it) => it.file.payload).join(", ")}`,
          remediation: FROM_IMAGE,
        });
      }
      const absent = files.filter((file) => places.some((it) => it.file === file && it.place === "absent"));
      if (absent.length === 0) return pass({ expected, found: `k3s ${pin.version}, on this machine` });
      return await askSources(context, expected, absent);
    },
  },
  {
    id: "k3s.binary",
    title: "The program k3s",
    vantage: "containerd",
    overridable: true,
    async run(context) {
      const { host, downloadUrl } = context;
      const expected = "the k3s of this appliance, by its checksum";
      const pin = await readPin(context, expected);
      if ("status" in pin) return pin;
      const [binary] = k3sFiles(pin, downloadUrl);
      const place = await findFile(host, binary);
      const evidence = [`${binary.path}: ${await host.sha256(binary.path) ?? "does not exist"}`];
      if (place === "placed") return pass({ expected, found: `${binary.what}, installed`, evidence });
      if (place === "damaged") {
        return fail({
          expected,
          found: `${binary.payload} is another file than ${binary.what}`,
          remediation: `${FROM_IMAGE}; if it stays, report it to Alga support`,
          evidence,
        });
      }
      if (await host.info(binary.path) !== undefined) {
        return warn({
          expected,
          found: `${binary.path} is another file than ${binary.what}`,
          remediation: `See who put it there (ls -l ${binary.path}); setup puts the right one in its place`,
          evidence,
        });
      }
      return place === "payload"
        ? pass({ expected, found: `${binary.what}, on the installation image`, evidence })
        : skipped(expected, "it is not on this machine yet; its checksum is checked when it is downloaded");
    },
  },
  {
    id: "flux.definitions",
    title: "Files of Flux",
    vantage: "agent",
    overridable: false,
    async run({ host }) {
      const expected = "Flux's resource definitions are here";
      try {
        const place = await checkFluxCrds(host);
        return pass({ expected, found: place === "payload" ? PATHS.fluxCrdsPayload : "inside this program" });
      } catch (error) {
        if (!(error instanceof AgentError)) throw error;
        return fail({ expected, found: errorText(error), remediation: error.hint ?? FROM_IMAGE });
      }
    },
  },
];

/** What this appliance is to run; an outcome where that cannot be read. */
async function readPin({ facts }: RunContext, expected: string): Promise<K3sPin | CheckOutcome> {
  try {
    return await facts.k3sPin();
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    return fail({ expected, found: errorText(error), remediation: error.hint ?? FROM_IMAGE });
  }
}

async function askSources(
  { host, inputs, signal }: CheckContext,
  expected: string,
  files: readonly K3sFile[],
): Promise<CheckOutcome> {
  const network = onHost(networkOf(inputs), host);
  const answers = await Promise.all(files.map(async (file) => {
    try {
      return { file, status: await fetchStatus(network, file.url, { signal }), words: "" };
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      return { file, status: 0, words: errorText(error), error };
    }
  }));
  const hosts = [...new Set(files.map((it) => it.url.host))].join(", ");
  const evidence = answers.map((it) => `${it.file.url.href}: ${it.words || it.status}`);
  const bad = answers.find((it) => it.status !== 200);
  if (!bad) return pass({ expected, found: `can be downloaded from ${hosts}`, evidence });
  const { file, status, words, error } = bad;
  return fail({
    expected,
    found: words || `${file.url.host} answers ${status} for ${file.what}`,
    remediation: status === 404
      ? "Put this file there, or start the agent with another --download-url"
      : error?.failure === "tls"
      ? trustRemedy(error.host)
      : `Ask the network administrator to allow outgoing HTTPS to ${hosts}, enter a proxy, or start the agent with --download-url and a mirror`,
    evidence,
  });
}
