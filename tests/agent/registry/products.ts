import type { BlockerId } from "../../../agent/causes/cause.ts";
import type { RegistryFailure } from "../../../agent/registry/errors.ts";

/** What one product answers when it does not give what was asked for. */
export interface ProductAnswer {
  product: string;
  what: string;
  /** Where the text stands: a file of the product, a page of its manual, or a report that quotes it. */
  source: string;
  status: number;
  headers?: Record<string, string>;
  body: string;
  /** What our own client makes of it. */
  failure: RegistryFailure;
  /** What is told when Flux says so; `undefined` where it is quoted as a general finding. */
  cause: BlockerId | undefined;
}

const errors = (code: string, message: string, detail?: unknown) =>
  JSON.stringify({ errors: [{ code, message, ...(detail === undefined ? {} : { detail }) }] });
const page = (title: string, text: string) =>
  `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1><p>${text}</p></body></html>`;
const HTML = { "content-type": "text/html; charset=utf-8" };

/** Registries, as people run them for themselves or rent them. */
export const REGISTRIES: readonly ProductAnswer[] = [
  {
    product: "Distribution",
    what: "no such tag",
    source: "distribution/distribution:registry/api/errcode/register.go",
    status: 404,
    body: errors("MANIFEST_UNKNOWN", "manifest unknown", { Tag: "stable" }),
    failure: "not-found",
    cause: "img.not-found",
  },
  {
    product: "Distribution as a mirror",
    what: "its own error around the one of the registry behind it",
    source: "distribution/distribution-library-image#146",
    status: 500,
    body: JSON.stringify({
      errors: [{
        code: "UNKNOWN",
        message: "unknown error",
        detail: { errors: [{ code: "DENIED", message: "requested access to the resource is denied" }] },
      }],
    }),
    failure: "server-error",
    cause: undefined,
  },
  {
    product: "Docker Hub",
    what: "pull limit",
    source: "docs.docker.com/docker-hub/usage/pulls",
    status: 429,
    body: errors(
      "TOOMANYREQUESTS",
      "You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit",
    ),
    failure: "rate-limited",
    cause: "reg.ratelimit",
  },
  {
    product: "GitHub (ghcr.io)",
    what: "not public",
    source: "fluxcd/flux2#4745",
    status: 403,
    body: errors("DENIED", "requested access to the resource is denied"),
    failure: "denied",
    cause: "reg.auth",
  },
  {
    product: "GitHub (ghcr.io)",
    what: "too many requests, with a duration in its words",
    source: "its answer, as it was seen; no public page has it",
    status: 429,
    body: errors("TOOMANYREQUESTS", "retry-after: 781.909µs, allowed: 44000/minute"),
    failure: "rate-limited",
    cause: "reg.ratelimit",
  },
  {
    product: "Harbor",
    what: "no such repository in a proxy project",
    source: "goharbor/harbor#18292",
    status: 404,
    body: errors("NOT_FOUND", "repository hub/library/busybox not found"),
    failure: "not-found",
    cause: "img.not-found",
  },
  {
    product: "Harbor",
    what: "a policy against vulnerabilities",
    source: "goharbor/harbor:src/server/middleware/vulnerable/vulnerable.go",
    status: 412,
    body: errors(
      "PROJECTPOLICYVIOLATION",
      `current image with 404 vulnerabilities cannot be pulled due to configured policy in 'Prevent images with vulnerability severity of "High" or higher from running.'`,
    ),
    failure: "unexpected-status",
    cause: undefined,
  },
  {
    product: "Nexus",
    what: "no anonymous access",
    source: "help.sonatype.com, Docker authentication",
    status: 401,
    headers: { "www-authenticate": 'BASIC realm="Sonatype Nexus Repository Manager"' },
    body: errors("UNAUTHORIZED", "access to the requested resource is not authorized"),
    failure: "unauthorized",
    cause: "reg.auth",
  },
  {
    product: "Nexus",
    what: "a page for an address that it does not know",
    source: "help.sonatype.com, Docker registry: path and port routing",
    status: 404,
    headers: HTML,
    body: page("404 - Nexus Repository Manager", "Not Found"),
    failure: "not-found",
    cause: "img.not-found",
  },
  {
    product: "Artifactory",
    what: "no such manifest",
    source: "GoogleContainerTools/jib#4153",
    status: 404,
    body: errors("MANIFEST_UNKNOWN", "The named manifest is not known to the registry.", { manifest: "x" }),
    failure: "not-found",
    cause: "img.not-found",
  },
  {
    product: "Artifactory",
    what: "no permission, in the words of unauthorized",
    source: "kubernetes/kubernetes#65958",
    status: 403,
    body: errors("UNAUTHORIZED", "The client does not have permission for manifest"),
    failure: "denied",
    cause: "reg.auth",
  },
  {
    product: "Quay",
    what: "no permission",
    source: "quay/quay:endpoints/v2/errors.py",
    status: 401,
    body: errors("UNAUTHORIZED", "access to the requested resource is not authorized", {}),
    failure: "unauthorized",
    cause: "reg.auth",
  },
  {
    product: "Amazon ECR",
    what: "a login that has run out is no certificate that has",
    source: "docs.aws.amazon.com/AmazonECR, troubleshooting Docker commands",
    status: 403,
    body: errors("DENIED", "Your authorization token has expired. Reauthenticate and try again."),
    failure: "denied",
    cause: "reg.auth",
  },
  {
    product: "Amazon ECR",
    what: "no such repository",
    source: "docs.aws.amazon.com/AmazonECR, troubleshooting Docker commands",
    status: 404,
    body: errors(
      "NAME_UNKNOWN",
      "The repository with name 'alga' does not exist in the registry with id '429500403407'",
    ),
    failure: "not-found",
    cause: "img.not-found",
  },
  {
    product: "Azure Container Registry",
    what: "an address that its firewall does not know",
    source: "learn.microsoft.com/azure/container-registry, troubleshoot access",
    status: 403,
    body: errors(
      "DENIED",
      "client with IP '203.0.113.7' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.",
    ),
    failure: "denied",
    cause: "reg.auth",
  },
  {
    product: "Google Artifact Registry",
    what: "no permission, or not there",
    source: "cloud.google.com/artifact-registry/docs/troubleshooting",
    status: 403,
    body: errors(
      "DENIED",
      'Permission "artifactregistry.repositories.downloadArtifacts" denied on resource "projects/p/locations/l/repositories/r" (or it may not exist)',
    ),
    failure: "denied",
    cause: "reg.auth",
  },
  {
    product: "GitLab",
    what: "no access",
    source: "docs.gitlab.com/user/packages/container_registry/troubleshoot_container_registry",
    status: 403,
    body: errors("DENIED", "access forbidden"),
    failure: "denied",
    cause: "reg.auth",
  },
  {
    product: "Gitea, Forgejo",
    what: "no login, in a message that is empty",
    source: "go-gitea/gitea:routers/api/packages/container/errors.go",
    status: 401,
    body: errors("UNAUTHORIZED", ""),
    failure: "unauthorized",
    cause: "reg.auth",
  },
  {
    product: "zot",
    what: "no such repository",
    source: "project-zot/zot:pkg/api/errors/errors.go",
    status: 404,
    body: errors("NAME_UNKNOWN", "repository name not known to registry", { name: "alga" }),
    failure: "not-found",
    cause: "img.not-found",
  },
  {
    product: "Pulp",
    what: "no such repository",
    source: "pulp/pulp_container:pulp_container/app/exceptions.py",
    status: 404,
    body: errors("NAME_UNKNOWN", "Repository not found.", { name: "alga" }),
    failure: "not-found",
    cause: "img.not-found",
  },
  {
    product: "a store of blobs (S3 and its like)",
    what: "a signed address that has run out is no certificate that has",
    source: "docs.aws.amazon.com/AmazonS3, presigned URLs",
    status: 403,
    headers: { "content-type": "application/xml" },
    body:
      "<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>",
    failure: "denied",
    cause: "reg.auth",
  },
  {
    product: "nginx before a registry",
    what: "a page of its own trouble",
    source: "nginx:src/http/ngx_http_special_response.c",
    status: 502,
    headers: HTML,
    body:
      "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n",
    failure: "server-error",
    cause: "reg.unavailable",
  },
];

/** What stands on the way and answers in the name of a registry. */
export const ON_THE_WAY: readonly ProductAnswer[] = [
  {
    product: "Squid",
    what: "forbidden",
    source: "squid-cache/squid:errors/templates/ERR_ACCESS_DENIED",
    status: 403,
    headers: { ...HTML, "x-squid-error": "ERR_ACCESS_DENIED 0" },
    body: page("ERROR: The requested URL could not be retrieved", "Access Denied."),
    failure: "captive",
    cause: "net.web-page",
  },
  {
    product: "Squid",
    what: "it finds no name",
    source: "squid-cache/squid:errors/templates/ERR_DNS_FAIL",
    status: 503,
    headers: { ...HTML, "x-squid-error": "ERR_DNS_FAIL 0" },
    body: page(
      "ERROR: The requested URL could not be retrieved",
      "Unable to determine IP address from host name",
    ),
    failure: "server-error",
    cause: "reg.unavailable",
  },
  {
    product: "Zscaler",
    what: "a category that is not allowed",
    source: "screenpipe/screenpipe#6264",
    status: 403,
    headers: HTML,
    body: page(
      "Access Blocked",
      "currently blocks access to this website. Not allowed to browse FileHost category",
    ),
    failure: "captive",
    cause: "net.web-page",
  },
  {
    product: "Palo Alto",
    what: "a page with the status of trouble",
    source: "Ekultek/WhatWaf#476",
    status: 503,
    headers: HTML,
    body: page(
      "Web Page Blocked",
      "Access to the web page you were trying to visit has been blocked in accordance with company policy.",
    ),
    failure: "server-error",
    cause: "net.web-page",
  },
  {
    product: "Fortinet",
    what: "an attack that it sees",
    source: "dropod/issues#13037",
    status: 403,
    headers: HTML,
    body: page(
      "Web Page Blocked!",
      "The page cannot be displayed. Please contact the administrator for additional information. Attack ID: 20000051",
    ),
    failure: "captive",
    cause: "net.web-page",
  },
  {
    product: "Cisco Umbrella",
    what: "a kind of file that is not allowed",
    source: "jona3424/PGP-protocol-Uni-project:get-pip.py (a download that it replaced)",
    status: 403,
    headers: HTML,
    body: page("Site Blocked", "This file is blocked due to File Type policy."),
    failure: "captive",
    cause: "net.web-page",
  },
  {
    product: "Google's front end",
    what: "an address that it does not serve",
    source: "kubernetes/registry.k8s.io#277",
    status: 403,
    headers: HTML,
    body: page("403 Forbidden", "Your client does not have permission to get URL /v2/ from this server."),
    failure: "captive",
    cause: "net.web-page",
  },
  {
    product: "CloudFront",
    what: "a country that it does not serve",
    source: "docker/for-linux#57",
    status: 403,
    headers: HTML,
    body: page(
      "ERROR: The request could not be satisfied",
      "The Amazon CloudFront distribution is configured to block access from your country.",
    ),
    failure: "captive",
    cause: "net.web-page",
  },
];
