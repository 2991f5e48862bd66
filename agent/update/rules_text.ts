import type { UpdateView } from "./update_service.ts";

/** The testing override while it is in force, in one sentence. */
export function overrideSentence({ rules: { override } }: Pick<UpdateView, "rules">): string | undefined {
  return override && `${override.text}.`;
}

/** The same for a screen that has only lines, with the release that could be installed. Pure. */
export function updateLines(view: Pick<UpdateView, "rules" | "beyond" | "news">): {
  override: string | null;
  others: string[];
} {
  const { answer, target } = view.news;
  const isNew = answer === "update-available" && target !== undefined;
  return {
    override: overrideSentence(view) ?? null,
    others: [
      ...(isNew ? [`Update available: ${target.version}.`] : []),
      ...otherSentences(view),
    ],
  };
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
