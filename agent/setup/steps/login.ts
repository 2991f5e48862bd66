import type { Step } from "../step.ts";

/** Waits until people can log in; the status page explains what it waits for. Progress has no time limit. */
export const loginStep: Step = {
  id: "login",
  title: "Wait until you can log in",
  isDone: ({ login }) => Promise.resolve(login.isReady()),
  async run(context) {
    const { login, say, signal } = context;
    let said = "";
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const look = () => {
        const text = login.waitingFor();
        if (text !== said) say(said = text);
        if (!login.isReady()) return;
        stop();
        resolve();
      };
      const stop = login.subscribe(look);
      signal.addEventListener("abort", () => {
        stop();
        reject(signal.reason);
      }, { once: true });
      look();
    });
  },
};
