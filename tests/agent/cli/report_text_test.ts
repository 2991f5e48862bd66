import assert from "node:assert/strict";
import { reportText } from "../../../agent/cli/report_text.ts";
import type { CheckResult } from "../../../agent/preflight/mod.ts";

const base: CheckResult = {
  id: "hw.cpu",
  title: "Processor cores",
  vantage: "cluster",
  overridable: true,
  durationMs: 1,
  status: "pass",
  expected: "4 cores or more",
  found: "4 cores",
  remediation: "",
};

const text = (...results: CheckResult[]) => reportText({ startedAt: "", finishedAt: "", results });

Deno.test("reportText() puts problems first and tells what to do about them only", () => {
  const report = text(
    base,
    { ...base, id: "proxy.syntax", title: "Proxy address", status: "skipped", found: "no proxy was entered" },
    { ...base, status: "warn", found: "3 cores", remediation: "Give it 4 cores" },
    { ...base, id: "hw.memory", title: "Memory", status: "error", found: "unreadable", remediation: "Look" },
    { ...base, id: "os.root", title: "Rights", status: "fail", found: "user 1", remediation: "Use sudo" },
  );
  assert.equal(
    report,
    `fail    os.root             Rights: user 1
                            expected: 4 cores or more
                            needed by: pods and Flux
                            what to do: Use sudo
error   hw.memory           Memory: unreadable
                            expected: 4 cores or more
                            needed by: pods and Flux
                            what to do: Look
warn    hw.cpu              Processor cores: 3 cores
                            expected: 4 cores or more
                            needed by: pods and Flux
                            what to do: Give it 4 cores
skipped proxy.syntax        Proxy address: no proxy was entered
pass    hw.cpu              Processor cores: 4 cores

5 checks: 1 failed, 1 could not be done, 1 warning, 1 skipped, 1 passed
`,
  );
});

Deno.test("reportText() counts one and many", () => {
  assert.match(text(base), /\n1 check: 0 failed, 0 could not be done, 0 warnings, 0 skipped, 1 passed\n$/);
  assert.match(text({ ...base, status: "warn" }, base), /\n2 checks: .* 1 warning, /);
});

Deno.test("reportText() lets no finding steer the terminal", () => {
  const evil = "a\u001b[2Jb\nc\u009bd\u202ee";
  const report = text({ ...base, status: "fail", found: evil, expected: evil, remediation: evil });
  assert.equal(report.split("\n").length, 7);
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  assert.doesNotMatch(report, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});
