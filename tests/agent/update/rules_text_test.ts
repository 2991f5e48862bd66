import assert from "node:assert/strict";
import { updateLines } from "../../../agent/update/rules_text.ts";
import { stubOperation } from "../../routes/settings_stub.ts";
import type { UpdateView } from "../../../agent/update/update_service.ts";

const release = (version: string) => ({ version, manifestDigest: "", channel: "stable" });
const RULES: UpdateView["rules"] = {
  timeZone: "UTC",
  next: { status: "off", text: "Nothing is installed by itself." },
  changes: [],
};

Deno.test("what is followed and when is told in sentences, an override apart", () => {
  const view = {
    news: { answer: "up-to-date", channel: "stable" },
    rules: RULES,
  } satisfies Pick<UpdateView, "news" | "rules">;
  assert.deepEqual(updateLines(view), {
    override: null,
    others: [
      "Follows its channel, stable.",
      "No maintenance window: updates may begin at any time.",
      "Nothing is installed by itself.",
    ],
  });
  const chosen = {
    news: { answer: "update-available", channel: "stable", target: release("1.5.0") },
    beyond: release("1.6.0"),
    rules: {
      ...RULES,
      pin: "1.5.0",
      override: {
        reference: "1.7.0",
        endsAt: "2026-12-01T18:00:00Z",
        text: "Testing override: release 1.7.0",
      },
      window: { days: ["sunday"], from: "02:00", hours: 3, text: "Sunday from 02:00 for 3 h", now: "open" },
    },
  } satisfies Pick<UpdateView, "news" | "rules" | "beyond">;
  assert.deepEqual(updateLines(chosen), {
    override: "Testing override: release 1.7.0.",
    others: [
      "Update available: 1.5.0.",
      "Pinned to 1.5.0. Its channel leads to 1.6.0, which is not installed.",
      "Maintenance window: Sunday from 02:00 for 3 h; open.",
      "Nothing is installed by itself.",
    ],
  });
});

Deno.test("while an update runs, the lines tell its step and how much has come", () => {
  const operation = stubOperation({
    name: "update",
    inputs: { to: "1.5.0" },
    state: { status: "running", stepId: "converge", startedAt: "", message: "" },
    steps: [{
      id: "converge",
      title: "Wait for the new version",
      status: "running",
      message: "12 of 31 images, 4.1 of 9.6 GB are here. Waiting for alga-core: it is not ready",
    }],
  });
  const news = { answer: "update-available", channel: "stable", target: release("1.5.0") } as const;
  assert.deepEqual(updateLines({ news, rules: RULES, operation }).others.slice(0, 2), [
    "Updating to 1.5.0: Wait for the new version. 12 of 31 images, 4.1 of 9.6 GB are here. Waiting for alga-core: it is not ready.",
    "Follows its channel, stable.",
  ]);
});
