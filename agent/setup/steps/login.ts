import type { Step } from "../step.ts";

/** Waits until people can log in; the status page explains what it waits for. Progress has no time limit. */
export const loginStep: Step = {
  id: "login",
  title: "Wait until you can log in",
  isDone: ({ loginStatus }) => Promise.resolve(loginStatus().tiers.login.ready),
  async run(context) {
    const { loginStatus, onStatus, say, signal } = context;
    let said = "";
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const look = () => {
        const status = loginStatus();
        // Set-up is one of the operations, and would say again what it said last.
        const other = status.activeOperations.find((it) => it.operation !== "setup");
        const text = status.topBlockers[0]?.title ?? other?.message ??
          status.tiers.login.message;
        if (text !== said) say(said = text);
        if (!status.tiers.login.ready) return;
        stop();
        resolve();
      };
      const stop = onStatus(look);
      signal.addEventListener("abort", () => {
        stop();
        reject(signal.reason);
      }, { once: true });
      look();
    });
  },
};
