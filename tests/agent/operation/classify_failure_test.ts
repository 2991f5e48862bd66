import assert from "node:assert/strict";
import { AgentError } from "../../../agent/error.ts";
import { RegistryError, type RegistryFailure } from "../../../agent/registry/errors.ts";
import { classifyFailure } from "../../../agent/operation/classify_failure.ts";
import { classifyKubeError } from "../../../agent/setup/classify_kube_error.ts";
import { STEP_IDS, type StepId } from "../../../agent/setup/setup_state.ts";
import { SETUP_STEPS } from "../../../agent/setup/steps.ts";
import { KubeApiError } from "../../../k8s/mod.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";

const clock = new FakeClock();
/** With setup's steps and words: between them they have every class. */
function classify(stepId: StepId, error: unknown) {
  const step = SETUP_STEPS.find((it) => it.id === stepId);
  assert.ok(step);
  return classifyFailure(step, error, { clock, classify: classifyKubeError });
}
const registry = (failure: RegistryFailure) =>
  new RegistryError(failure, "ghcr.io", `ghcr.io: ${failure}`, { status: 418 });

Deno.test("dns: a name that is not found asks for the DNS servers", () => {
  const failure = classify("resolve", registry("dns"));
  assert.equal(failure.category, "dns");
  assert.match(failure.suggestedNextStep, /let the DNS servers answer for ghcr\.io, or choose others/);
  assert.equal(failure.retrySafe, true);
});

Deno.test("network: each way in which the network fails says what to open", () => {
  const wanted: [RegistryFailure, RegExp][] = [
    ["tcp", /allow outgoing HTTPS to ghcr\.io, or enter a proxy/],
    ["timeout", /allow outgoing HTTPS to ghcr\.io/],
    ["tls", /certificate authority/],
    ["proxy", /address and user in the field "Proxy"/],
    ["rate-limited", /tried again by itself/],
  ];
  for (const [kind, words] of wanted) {
    const failure = classify("resolve", registry(kind));
    assert.deepEqual([failure.category, failure.code, failure.retrySafe], ["network", kind, true]);
    assert.match(failure.suggestedNextStep, words);
  }
  const download = classify("k3s", new AgentError("DOWNLOAD_FAILED", "github.com answered 502 for k3s"));
  assert.equal(download.category, "network", "also when it is k3s that cannot be fetched");
  assert.match(download.suggestedNextStep, /allow outgoing HTTPS/);
});

Deno.test("a host that an allowed one sends on to is asked for by its name", () => {
  for (const failure of ["tcp", "tls", "denied"] as const) {
    const error = new RegistryError(failure, "cdn.example", "x", { sentOnBy: "ghcr.io" });
    assert.equal(
      classify("resolve", error).suggestedNextStep,
      "Ask the network administrator to allow cdn.example too, as ghcr.io is allowed",
    );
  }
  const ill = new RegistryError("server-error", "cdn.example", "x", { sentOnBy: "ghcr.io" });
  assert.match(classify("resolve", ill).suggestedNextStep, /Wait until cdn\.example works again/);
});

Deno.test("registry-release-source: what is not there or cannot be used asks for another release", () => {
  const wanted: [RegistryFailure, RegExp, boolean][] = [
    [
      "not-found",
      /^Correct the field "Release override" or leave it empty; if it is empty, ask Alga support$/,
      true,
    ],
    ["server-error", /Wait until ghcr\.io works again/, true],
    ["denied", /Choose another release and report/, true],
    ["captive", /^Sign in to the portal of the network, or .* ghcr\.io answer this machine$/, true],
    ["unauthorized", /^Write the login of ghcr\.io into \/etc\/alga-appliance\/registry-login\.json/, true],
    ["unexpected-status", /what on the way answers instead of ghcr\.io$/, true],
    ["wrong-digest", /Choose another release and report/, true],
    ["schema", /Choose another release and report/, false],
  ];
  for (const [kind, words, retrySafe] of wanted) {
    const failure = classify("resolve", registry(kind));
    assert.deepEqual([failure.category, failure.retrySafe], ["registry-release-source", retrySafe], kind);
    assert.match(failure.suggestedNextStep, words);
  }
  assert.equal(
    classify("values", new AgentError("RELEASE_INVALID", "x")).category,
    "registry-release-source",
  );
});

Deno.test("k3s: a service that does not start points at its log, a wrong sum at the image", () => {
  const log = "Open the log of k3s";
  const failed = classify("k3s", new AgentError("K3S_FAILED", "Kubernetes did not start", { hint: log }));
  assert.deepEqual([failed.category, failed.message], ["k3s", "Kubernetes did not start"]);
  assert.equal(failed.suggestedNextStep, log);
  const hint = "Install from the appliance image again";
  const sum = classify("k3s", new AgentError("CHECKSUM_MISMATCH", "The k3s binary is another", { hint }));
  assert.deepEqual([sum.category, sum.suggestedNextStep], ["k3s", hint]);
});

for (const code of ["K3S_FAILED", "COMMAND_FAILED", "COMMAND_TIMEOUT"] as const) {
  Deno.test(`${code}: the headline says what could not be done, the details say what the program said`, () => {
    const words = '"systemctl daemon-reload" ended with 1: Unit is masked';
    const headlines = STEP_IDS.map((it) => {
      const failure = classify(it, new AgentError(code, words));
      assert.equal(failure.details, words);
      return failure.message;
    });
    assert.equal(new Set(headlines).size, STEP_IDS.length, headlines.join("\n"));
    assert.ok(headlines.every((it) => !it.includes("systemctl") && it.includes("could not be")));
    const failure = classify("k3s", new AgentError(code, words));
    assert.equal(failure.message, "Kubernetes could not be installed");
    assert.match(failure.suggestedNextStep, /journalctl -u k3s/);
  });
}

Deno.test("storage: a failed volume and a full disk ask for room", () => {
  const volume = classify(
    "storage",
    new AgentError("STORAGE_FAILED", "The test volume could not be written"),
  );
  assert.equal(volume.category, "storage");
  assert.match(volume.suggestedNextStep, /disk has room/);
  const disk = classify(
    "login",
    new AgentError("STATE_WRITE_FAILED", "Cannot write: no space left on device"),
  );
  assert.equal(disk.category, "storage");
  assert.match(disk.suggestedNextStep, /disk has room/);
});

Deno.test("flux: a controller that does not come asks for the way to its images", () => {
  for (const stepId of ["flux", "source"] as const) {
    const failure = classify(stepId, new AgentError("TIMEOUT", "Waited 600 s for source-controller: x"));
    assert.equal(failure.category, "flux");
    assert.match(failure.suggestedNextStep, /ghcr\.io/);
  }
});

Deno.test("app-bootstrap: settings that cannot be written ask for the answers", () => {
  const failure = classify("values", new AgentError("TIMEOUT", "x"));
  assert.equal(failure.category, "app-bootstrap");
  assert.match(failure.suggestedNextStep, /enter the answers again/);
});

Deno.test("app-readiness: what stands in the way of the login is on the status page", () => {
  const failure = classify("login", new AgentError("TIMEOUT", "x"));
  assert.equal(failure.category, "app-readiness");
  assert.match(failure.suggestedNextStep, /page "Status"/);
});

Deno.test("Kubernetes that is silent and Kubernetes that refuses are told apart", () => {
  const silent = classify("flux", new KubeApiError("connection refused", 0, "Unreachable"));
  assert.equal(silent.message, "Kubernetes does not answer");
  const waited = (cause: unknown) =>
    classify("flux", new AgentError("TIMEOUT", "Waited 600 s for Flux: it does not run", { cause })).message;
  assert.equal(waited(new KubeApiError("connection refused", 0, "Unreachable")), silent.message);
  assert.match(waited(new KubeApiError("namespaces is forbidden", 403, "Forbidden")), /^Waited 600 s/);
  assert.match(waited(undefined), /^Waited 600 s/);
  const refused = classify("flux", new KubeApiError("namespaces is forbidden", 403, "Forbidden"));
  assert.deepEqual([refused.message, refused.code], ["Kubernetes refused a change", "Forbidden"]);
  assert.equal(refused.details, "namespaces is forbidden");
  for (const it of [silent, refused]) assert.ok(it.retrySafe && it.suggestedNextStep.includes("log of k3s"));
});

Deno.test("Every class says in every step what happened and what to do, in one plain line each", () => {
  const errors = [
    registry("unauthorized"),
    new KubeApiError("x", 500, "InternalError"),
    new AgentError("TIMEOUT", "Waited 180 s for the node: it is not ready"),
    new TypeError("x is not a function"),
    "thrown text",
    undefined,
    null,
  ];
  for (const stepId of STEP_IDS) {
    for (const error of errors) {
      const failure = classify(stepId, error);
      for (const text of [failure.message, failure.suggestedNextStep]) {
        assert.ok(
          text.length > 0 && !text.includes("\n") && !/[.!]$/.test(text) && !/please/i.test(text),
          text,
        );
      }
      assert.deepEqual([failure.stepId, failure.at], [stepId, "2026-11-21T12:00:00.000Z"]);
    }
  }
});

Deno.test("An error that nobody expected shows no stack and no text of its own on the surface", () => {
  const failure = classify("k3s", new TypeError("Cannot read properties of undefined"));
  assert.equal(failure.code, "UNEXPECTED");
  assert.ok(!failure.message.includes("undefined") && !failure.details.includes("\n    at "));
  assert.match(failure.details, /Cannot read properties/);
});

Deno.test("The details follow the causes, not for ever, and hold no proxy's password", () => {
  let error: Error = new Error("deepest");
  for (let i = 0; i < 10; i++) error = new Error(`level ${i}`, { cause: error });
  assert.deepEqual(classify("k3s", error).details.split("\n"), ["level 9", "level 8", "level 7", "level 6"]);
  const proxy = new AgentError("DOWNLOAD_FAILED", "no way through http://user:Geheim-77@proxy.example", {
    cause: new Error("connect http://user:Geheim-77@proxy.example:3128/ refused"),
  });
  assert.ok(!JSON.stringify(classify("k3s", proxy)).includes("Geheim-77"));
  assert.ok(classify("k3s", proxy).details.includes("proxy.example:3128"));
});

Deno.test("What a program said of a failure comes without its credentials, as on the status page", () => {
  const said = 'level=fatal msg="cannot join" token=K10abcdef::server:Geheim-77 DB_PASSWORD: Geheim-77';
  const failure = classify(
    "k3s",
    new AgentError("K3S_FAILED", "It did not start", { cause: new Error(said) }),
  );
  assert.ok(!JSON.stringify(failure).includes("Geheim-77"), failure.details);
  assert.match(failure.details, /cannot join/);
});
