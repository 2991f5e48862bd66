import * as z from "zod";
import { RulesChange } from "../agent/update/rules.ts";
import type { AppDeps } from "./app_deps.ts";
import { fieldsProblem, type Problem } from "./problem.ts";
import { settingsProblem } from "./settings_problem.ts";

const supportAsked = z.boolean().optional();

/** Another channel; nightly only where support asked for it. */
export const ChannelChange = z.strictObject({
  channel: z.enum(["stable", "nightly"], "Choose stable or nightly"),
  supportAsked,
}).refine((it) => it.channel !== "nightly" || it.supportAsked === true, {
  path: ["supportAsked"],
  error: "Nightly releases are for tests: say that Alga support asked you to",
});

/** Other rules; a testing override only where support asked for it. */
export const RulesRequest = RulesChange.extend({ supportAsked }).refine(
  (it) => !it.override || it.supportAsked === true,
  { path: ["supportAsked"], error: "An override is for tests: say that Alga support asked you to" },
);

/** Changes the channel as the change of a setting that it is. `undefined`: it has begun. */
export async function changeChannel(
  { settings }: Pick<AppDeps, "settings">,
  channel: "stable" | "nightly",
  by: string,
): Promise<Problem | undefined> {
  if (!(await settings.look()).isSetUp) return settingsProblem({ ok: false, reason: "not-set-up" });
  const merged = await settings.merge({ channel });
  if ("errors" in merged) return fieldsProblem("The channel cannot be changed now", merged.errors);
  const reply = await settings.apply(merged.settings, { by });
  return reply.ok ? undefined : settingsProblem(reply);
}
