import type { ResourceKind } from "./kube_client.ts";

/** URL path of a collection or an object. Every part is encoded. @see Kubernetes API concepts, "Resource URIs" */
export function resourcePath(
  resource: ResourceKind,
  namespace?: string,
  name?: string,
  subresource?: string,
): string {
  const base = resource.apiVersion.includes("/")
    ? `/apis/${resource.apiVersion}`
    : `/api/${resource.apiVersion}`;
  const parts = [base];
  if (resource.namespaced && namespace !== undefined) parts.push("namespaces", encodeURIComponent(namespace));
  parts.push(resource.plural);
  if (name !== undefined) parts.push(encodeURIComponent(name));
  if (subresource !== undefined) parts.push(subresource);
  return parts.join("/");
}
