import type { UpdateView } from "./update_service.ts";

/** The testing override while it is in force, in one sentence. */
export function overrideSentence({ rules: { override } }: Pick<UpdateView, "rules">): string | undefined {
  return override && `${override.text}.`;
}

type Told = Pick<UpdateView, "rules" | "beyond" | "news"> & Partial<Pick<UpdateView, "operation">>;

/** The same for a screen that has only lines, with the update under way or the release that could be installed. Pure. */
export function updateLines(view: Told): {
  override: string | null;
  others: string[];
} {
  const { answer, target } = view.news;
  const running = runningSentence(view.operation);
  const isNew = running === undefined && answer === "update-available" && target !== undefined;
  return {
    override: overrideSentence(view) ?? null,
    others: [
      ...(running === undefined ? [] : [running]),
      ...(isNew ? [`Update available: ${target.version}.`] : []),
      ...otherSentences(view),
    ],
  };
}

/** "Updating to 1.5.0: Wait for the new version. 12 of 31 images, 4.1 of 9.6 GB are here." */
function runningSentence(operation: UpdateView["operation"] | undefined): string | undefined {
  if (operation?.state.status !== "running") return undefined;
  const step = operation.steps.find((it) => it.status === "running");
  const texts = [step?.title ?? "", step?.message ?? operation.state.message].filter((it) => it !== "");
  return `Updating to ${String(operation.inputs["to"] ?? "")}: ${texts.join(". ")}.`;
}

/** What is followed in place of the channel, when updates may begin, and what comes next by itself: a sentence each. Pure. */
export function rulesSentences(view: Pick<UpdateView, "rules" | "beyond" | "news">): string[] {
  const override = overrideSentence(view);
  return [...override === undefined ? [] : [override], ...otherSentences(view)];
}

/** All of them but the override. */
function otherSentences(view: Pick<UpdateView, "rules" | "beyond" | "news">): string[] {
  const { rules: { pin, override, window, next }, beyond, news } = view;
  const goesBeyond = beyond && ` Its channel leads to ${beyond.version}, which is not installed.`;
  const sentences = [
    pin === undefined ? undefined : `Pinned to ${pin}.${goesBeyond ?? ""}`,
    override === undefined && pin === undefined
      ? `Follows its channel${news.channel === "" ? "" : `, ${news.channel}`}.`
      : undefined,
    window === undefined
      ? "No maintenance window: updates may begin at any time."
      : `Maintenance window: ${window.text}; ${window.now}.`,
    next.text,
  ];
  return sentences.filter((it) => it !== undefined);
}
