import { bypassesProxy } from "../../net/no_proxy.ts";
import type { Check, CheckContext } from "../check.ts";
import { connectProxy } from "../../net/proxy_connect.ts";
import { askedEndpoints } from "../facts/endpoints.ts";
import { type Endpoint } from "../../net/endpoint.ts";
import { fail, pass, skipped } from "../outcome.ts";

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
    run({ inputs }) {
      const expected = "a URL like http://proxy.example.com:3128, or none";
      if (inputs.proxyUrl === "") return Promise.resolve(skipped(expected, "no proxy was entered"));
      const problem = proxyProblem(inputs.proxyUrl);
      return Promise.resolve(
        problem === undefined ? pass({ expected, found: new URL(inputs.proxyUrl).host }) : fail({
          expected,
          found: problem,
          remediation: 'Correct the field "Proxy"; write special characters in the password as %XX',
        }),
      );
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
          ? 'Enter user name and password in the field "Proxy"'
          : refused.status === 403
          ? `Ask the network administrator to allow ${hostName} in the proxy`
          : refused.status > 0
          ? `Ask the network administrator why the proxy does not open ${hostName}`
          : 'Check address and port in the field "Proxy"',
      });
    },
  },
];

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
