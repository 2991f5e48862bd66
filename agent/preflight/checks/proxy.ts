import { proxyEnvironment } from "../../../k8s/k3s/config.ts";
import { bypassesProxy, isLoopback } from "../../net/no_proxy.ts";
import type { Check, CheckContext } from "../check.ts";
import { connectProxy } from "../../net/proxy_connect.ts";
import { parseChallenges } from "../../registry/challenge.ts";
import { askedEndpoints } from "../facts/endpoints.ts";
import { type Endpoint } from "../../net/endpoint.ts";
import { fail, pass, skipped, warn } from "../outcome.ts";

const CONNECT_TIMEOUT_MS = 4_000;

/** Registries that are asked through the proxy; none without one. */
export function proxiedEndpoints({ inputs, mirrors }: Pick<CheckContext, "inputs" | "mirrors">): Endpoint[] {
  if (inputs.proxyUrl === "") return [];
  const noProxy = inputs.noProxy.split(/[\s,]+/).filter(Boolean);
  return askedEndpoints(mirrors).filter((it) => !bypassesProxy(it.hostName, noProxy, it.port));
}

/** Checks of the proxy that was entered. */
export const PROXY_CHECKS: readonly Check[] = [
  {
    id: "proxy.syntax",
    title: "Proxy address",
    vantage: "agent",
    overridable: false,
    async run({ inputs, facts }) {
      const expected = "a URL like http://proxy.example.com:3128, or none";
      if (inputs.proxyUrl === "") return skipped(expected, "no proxy was entered");
      const problem = proxyProblem(inputs.proxyUrl);
      if (problem !== undefined) {
        return fail({
          expected,
          found: problem,
          remediation: 'Correct the field "Proxy"; write special characters in the password as %XX',
        });
      }
      const { host, hostname } = new URL(inputs.proxyUrl);
      if (!isLoopback(hostname)) return pass({ expected, found: host });
      const [own = "an address of this machine"] = await facts.addresses();
      return warn({
        expected,
        found: `${host} is this machine itself: pods, and Flux among them, do not reach it`,
        remediation: `Have the proxy listen on ${own} too, and enter that in the field "Proxy"`,
      });
    },
  },
  {
    id: "proxy.connect",
    title: "Proxy",
    vantage: "agent",
    overridable: false,
    async run(context) {
      const { proxyUrl } = context.inputs;
      const expected = "the proxy opens connections to the registries";
      if (proxyUrl === "") return skipped(expected, "no proxy was entered");
      if (proxyProblem(proxyUrl) !== undefined) {
        return skipped(expected, "the proxy address is wrong (see Proxy address)");
      }
      const endpoints = proxiedEndpoints(context);
      if (endpoints.length === 0) return skipped(expected, "the registries are reached without the proxy");
      const replies = await Promise.all(
        endpoints.map(async (endpoint) => ({
          endpoint,
          ...await connectProxy(proxyUrl, endpoint, CONNECT_TIMEOUT_MS),
        })),
      );
      const evidence = replies.map((it) =>
        `CONNECT ${it.endpoint.hostName}:${it.endpoint.port}: ${it.words}`
      );
      const refused = replies.find((it) => it.status < 200 || it.status > 299);
      if (!refused) return pass({ expected, found: new URL(proxyUrl).host, evidence });
      const { hostName } = refused.endpoint;
      return fail({
        expected,
        found: `for ${hostName} the proxy ${refused.words}`,
        evidence,
        remediation: refused.status === 407
          ? loginRemedy(new URL(proxyUrl), refused.challenge ?? "")
          : refused.status === 403
          ? `Ask the network administrator to allow ${hostName} in the proxy`
          : refused.status > 0
          ? `Ask the network administrator why the proxy does not open ${hostName}`
          : 'Check address and port in the field "Proxy"',
      });
    },
  },
  {
    id: "proxy.no-proxy",
    title: "Reached without the proxy",
    vantage: "cluster",
    overridable: true,
    async run(context) {
      const { inputs, facts } = context;
      const expected = "the cluster's own names and addresses, and nothing that only the proxy reaches";
      if (inputs.proxyUrl === "") return skipped(expected, "no proxy was entered");
      const own = inputs.noProxy.split(/[\s,]+/).filter(Boolean);
      const { NO_PROXY = "" } = proxyEnvironment({ ...inputs, nodeAddresses: await facts.addresses() });
      const evidence = [`NO_PROXY=${NO_PROXY}`];
      if (own.includes("*")) {
        return fail({
          expected,
          found: '"*" means that nothing goes through the proxy',
          remediation:
            'Remove "*" from the field "Reached without the proxy", or leave the field "Proxy" empty',
          evidence,
        });
      }
      const past = askedEndpoints(context.mirrors).filter((it) =>
        context.mirrors[it.registry] === undefined && bypassesProxy(it.hostName, own, it.port)
      );
      if (past.length > 0) {
        const names = past.map((it) => it.hostName).join(", ");
        return warn({
          expected,
          found: `${names} is asked past the proxy`,
          remediation:
            `Remove the entry that fits ${names} from the field "Reached without the proxy", unless this machine reaches it without the proxy`,
          evidence,
        });
      }
      return pass({ expected, found: NO_PROXY, evidence });
    },
  },
];

/** Ways of signing in to a proxy as their makers write them. */
const SCHEMES: Readonly<Record<string, string>> = {
  ntlm: "NTLM",
  negotiate: "Negotiate",
  kerberos: "Kerberos",
  digest: "Digest",
};

/** Go, in which Kubernetes and Flux are written, knows Basic alone. @see net/http.Transport */
function loginRemedy({ username, password }: URL, challenge: string): string {
  const schemes = parseChallenges(challenge).map((it) => it.scheme);
  if (schemes.length > 0 && !schemes.includes("basic")) {
    const names = [...new Set(schemes.flatMap((it) => SCHEMES[it] ?? []))].join(" or ");
    return `The proxy signs in by ${
      names || "a way of its own"
    } only, which Kubernetes and Flux cannot: ask the network administrator to take Basic, or to let this machine's address through without a login`;
  }
  return username === "" && password === ""
    ? 'Enter user name and password in the field "Proxy"'
    : 'Correct user name and password in the field "Proxy": the proxy does not take these';
}

/** In words that do not repeat the address, which may hold a password. */
function proxyProblem(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname === "") return "it is not such a URL";
  try {
    decodeURIComponent(url.username + url.password);
    return undefined;
  } catch {
    return "its user name or password has a % that is not followed by two hex digits";
  }
}
