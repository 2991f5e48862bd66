import type { KubeObject } from "../k8s/client/kube_client.ts";
import { FLUX_SECRETS, NAMESPACES } from "../agent/product/names.ts";

/** Where the charts of a release are, unless its site has a mirror. */
const CHARTS = { name: "alga-charts", host: "ghcr.io", path: "nine-minds/charts" };

/** Name of our OCIRepository and Kustomization. */
export const SOURCE_NAME = "alga-appliance";

/** Secret with the login of the registry that Flux asks, in docker's form. */
export const LOGIN_SECRET = FLUX_SECRETS.login;

/** Secret with the public keys that Flux verifies the bundle by, each in a value "….pub". */
export const KEYS_SECRET = FLUX_SECRETS.keys;

/** What Flux is told of a source beside where it is. */
export interface SourceOptions {
  /** Whether {@link LOGIN_SECRET} is for a host; it is for none unless told. */
  hasLogin?: (host: string) => boolean;
  /** Whether a key of {@link KEYS_SECRET} signed the bundle: Flux then takes it only with that signature. */
  isSigned?: boolean;
}

/**
 * The two objects that make Flux install a release.
 * Flux does not read k3s' registries.yaml, so a mirror of the registry is written into the URL, and its login is a Secret.
 * `mirrors` are addresses as Flux asks them.
 */
export function sourceObjects(
  config: { repository: string; digest: string },
  mirrors: { readonly [host: string]: string },
  { hasLogin = () => false, isSigned = false }: SourceOptions = {},
): [source: KubeObject, kustomization: KubeObject] {
  const [host = "", ...path] = config.repository.split("/");
  const place = placeOf(host, mirrors);
  return [
    {
      apiVersion: "source.toolkit.fluxcd.io/v1",
      kind: "OCIRepository",
      metadata: { name: SOURCE_NAME, namespace: NAMESPACES.flux },
      spec: {
        interval: "1m0s",
        url: `oci://${[place.base, ...path].join("/")}`,
        ref: { digest: config.digest },
        ...(place.isPlain ? { insecure: true } : {}),
        ...(hasLogin(place.host) ? { secretRef: { name: LOGIN_SECRET } } : {}),
        ...(isSigned ? { verify: { provider: "cosign", secretRef: { name: KEYS_SECRET } } } : {}),
      },
    },
    {
      apiVersion: "kustomize.toolkit.fluxcd.io/v1",
      kind: "Kustomization",
      metadata: { name: SOURCE_NAME, namespace: NAMESPACES.flux },
      spec: {
        interval: "5m0s",
        path: "./base",
        prune: true,
        sourceRef: { kind: "OCIRepository", name: SOURCE_NAME },
        ...chartPatches(mirrors, hasLogin),
      },
    },
  ];
}

/** Host and path under which Flux finds what a registry has. */
function placeOf(
  registry: string,
  mirrors: { readonly [host: string]: string },
): { base: string; host: string; isPlain: boolean } {
  const mirror = mirrors[registry];
  if (mirror === undefined) return { base: registry, host: registry, isPlain: false };
  const { host, pathname, protocol } = new URL(mirror);
  return { base: `${host}${pathname === "/" ? "" : pathname}`, host, isPlain: protocol === "http:" };
}

/** The release names its chart repository itself, so a mirror and a login are put there while Flux applies it. */
function chartPatches(
  mirrors: { readonly [host: string]: string },
  hasLogin: (host: string) => boolean,
): { patches?: object[] } {
  const { base, host, isPlain } = placeOf(CHARTS.host, mirrors);
  const operations = [
    ...(base === CHARTS.host
      ? []
      : [{ op: "replace", path: "/spec/url", value: `oci://${base}/${CHARTS.path}` }]),
    ...(isPlain ? [{ op: "add", path: "/spec/insecure", value: true }] : []),
    ...(hasLogin(host) ? [{ op: "add", path: "/spec/secretRef", value: { name: LOGIN_SECRET } }] : []),
  ];
  if (operations.length === 0) return {};
  const target = { kind: "HelmRepository", name: CHARTS.name };
  return { patches: [{ target, patch: JSON.stringify(operations) }] };
}
