import type { Step } from "../step.ts";

/** Waits until people can log in; the status page explains what it waits for. Progress has no time limit. */
export const loginStep: Step = {
  id: "login",
  title: "Wait until you can log in",
  failure: {
    category: "app-readiness",
    cannot: "It could not be seen whether people can log in",
    nextAction: 'See on the page "Status" what it waits for',
  },
  installState: { status: "release-config", phase: "setup" },
  mayCancel: true,
  look: ({ login }) => Promise.resolve(login.isReady()),
  async act(context) {
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
