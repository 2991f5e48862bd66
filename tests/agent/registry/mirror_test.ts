import assert from "node:assert/strict";
import { containerdEndpoint, fluxMirror, mirrorApi, parseMirror } from "../../../agent/registry/mirror.ts";
import { registryApi } from "../../../agent/registry/registry.ts";

/** As entered · where its API lies and what stands before each repository · as containerd and as Flux ask it. */
const MIRRORS: readonly [string, string, string, string, string][] = [
  [
    "http://192.0.2.9:5000/",
    "http://192.0.2.9:5000/v2",
    "",
    "http://192.0.2.9:5000",
    "http://192.0.2.9:5000",
  ],
  [
    "https://mirror.example/v2",
    "https://mirror.example/v2",
    "",
    "https://mirror.example",
    "https://mirror.example",
  ],
  [
    "https://host.example/artifactory/api/docker/ghcr-remote/",
    "https://host.example/artifactory/api/docker/ghcr-remote/v2",
    "",
    "https://host.example/artifactory/api/docker/ghcr-remote/v2",
    "https://host.example/ghcr-remote",
  ],
  [
    "https://nexus.example/repository/ghcr/v2/",
    "https://nexus.example/repository/ghcr/v2",
    "",
    "https://nexus.example/repository/ghcr/v2",
    "https://nexus.example/repository/ghcr",
  ],
  [
    "https://harbor.example/v2/ghcr-proxy",
    "https://harbor.example/v2",
    "ghcr-proxy/",
    "https://harbor.example/v2/ghcr-proxy",
    "https://harbor.example/ghcr-proxy",
  ],
];

for (const [entered, root, prefix, containerd, flux] of MIRRORS) {
  Deno.test(`a mirror at ${entered} is the same place for the agent, containerd and Flux`, () => {
    const parsed = parseMirror(entered);
    assert.ok("url" in parsed, JSON.stringify(parsed));
    assert.deepEqual(mirrorApi(parsed.url), { root, prefix });
    assert.equal(containerdEndpoint(parsed.url), containerd);
    assert.equal(fluxMirror(parsed.url), flux);
    assert.deepEqual(parseMirror(parsed.url), parsed, "once more changes nothing");
  });
}

for (
  const [entered, problem] of [
    ["mirror.example", /is not a web address/],
    ["ftp://mirror.example", /is not a web address/],
    ["https://user:Geheim@mirror.example", /must not hold a user name or password/],
    ["https://mirror.example/?a=1", /must end after its path/],
    ["https://mirror.example/a%20b", /has a path that registries do not have/],
    ["https://mirror.example//a", /has a path/],
  ] as const
) {
  Deno.test(`parseMirror() refuses ${entered}`, () => {
    const parsed = parseMirror(entered);
    assert.ok("problem" in parsed);
    assert.match(parsed.problem, problem);
    assert.doesNotMatch(parsed.problem, /Geheim/);
  });
}

Deno.test("registryApi() leads to Docker Hub's own host where there is no mirror", () => {
  assert.deepEqual(registryApi("docker.io", {}), { root: "https://registry-1.docker.io/v2", prefix: "" });
});
