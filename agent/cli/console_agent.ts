import type { ConsoleDocument } from "../console/document.ts";
import type { LogSource, PowerAction } from "../console/model.ts";
import { errorText } from "../error.ts";
import type { Host } from "../host/host.ts";
import { readUnitJournal } from "../host/unit_journal.ts";
import type { LinkForm } from "../network/link_fields.ts";
import type { SetupFieldKey } from "../setup/inputs/fields.ts";
import type { TypedView } from "../setup/inputs/typed_answers.ts";
import type { AgentClient } from "./agent_client.ts";
import { AgentRefusal } from "./agent_refusal.ts";
import { diagnose, whyAway } from "./diagnose.ts";

/** What came of something that was asked for; the message is for people. */
export type Reply<T = undefined> = { ok: true; value: T } | {
  ok: false;
  message: string;
  /** What is wrong with which field. */
  errors?: readonly { field: string; message: string }[];
};

/** What a console does besides drawing: it asks the agent, and systemd where the agent may be dead. */
export interface ConsoleAgent {
  /** The document as soon as it is another; at once without a revision. @throws while the agent does not answer. */
  next(after: string | undefined): Promise<ConsoleDocument>;
  /** Why it does not answer, line by line. Never throws. */
  whyAway(): Promise<string[]>;
  answers(): Promise<Reply<TypedView>>;
  put(field: SetupFieldKey, value: string): Promise<Reply<TypedView>>;
  start(checksOnly: boolean): Promise<Reply>;
  post(path: "recheck" | "retry" | "install"): Promise<Reply>;
  accept(checkIds: readonly string[]): Promise<Reply>;
  /** Keeps the new settings of a link that are being tried. */
  keepNetwork(): Promise<Reply>;
  takeNetworkBack(): Promise<Reply>;
  /** Accepts what stands in the way of a change of the network. */
  acceptNetwork(checkIds: readonly string[]): Promise<Reply>;
  /** Has the agent try other settings of a link. */
  tryLink(form: LinkForm): Promise<Reply>;
  /** Newest lines of a unit, the newest last. Never throws. */
  readLog(unit: LogSource): Promise<string[]>;
  power(what: PowerAction): Promise<Reply>;
  /** Has systemd put a login on this line in place of the console. */
  login(): Promise<Reply>;
}

const LOG_LINES = 100;

/** A console's way to the agent. `line`: name of the terminal it runs on, for its own unit. */
export function createConsoleAgent(host: Host, client: AgentClient, line: string | undefined): ConsoleAgent {
  async function reply<T>(pending: Promise<T>): Promise<Reply<T>> {
    try {
      return { ok: true, value: await pending };
    } catch (error) {
      if (error instanceof AgentRefusal) {
        const [only, ...others] = error.errors;
        const isOne = only !== undefined && others.length === 0;
        const message = isOne ? only.message : error.message.replaceAll(/\n */g, "; ");
        return { ok: false, message, errors: error.errors };
      }
      return { ok: false, message: errorText(error) };
    }
  }

  async function systemctl(...args: string[]): Promise<Reply> {
    return await reply((async () => {
      const { code, stderr } = await host.run(["systemctl", ...args]);
      if (code !== 0) throw new Error(`"systemctl ${args.join(" ")}" ended with ${code}: ${stderr.trim()}`);
      return undefined;
    })());
  }

  return {
    next: (after) =>
      client.request(
        "GET",
        `/api/v1/console${after === undefined ? "" : `?after=${encodeURIComponent(after)}`}`,
      ),
    whyAway: async () => whyAway(await diagnose(host, () => client.request("GET", "/api/v1/status"))),
    answers: () => reply(client.request("GET", "/api/v1/setup/answers")),
    put: (field, value) => reply(client.request("PUT", "/api/v1/setup/answers", { field, value })),
    start: (checksOnly) => reply(client.request("POST", "/api/v1/setup/start", { checksOnly })),
    post: (path) => reply(client.request("POST", `/api/v1/setup/${path}`, {})),
    keepNetwork: () => reply(client.request("POST", "/api/v1/network/keep", {})),
    takeNetworkBack: () => reply(client.request("POST", "/api/v1/network/take-back", {})),
    acceptNetwork: (checkIds) => reply(client.request("POST", "/api/v1/network/acknowledge", { checkIds })),
    tryLink: (form) => reply(client.request("PUT", "/api/v1/network", form)),
    accept: (checkIds) => reply(client.request("POST", "/api/v1/setup/acknowledge", { checkIds })),
    async readLog(unit) {
      const lines = await readUnitJournal(host, unit, { lines: LOG_LINES }).catch((error) =>
        errorText(error)
      );
      return typeof lines === "string"
        ? [`The log cannot be read: ${lines}`]
        : lines.map((it) => `${it.at.slice(11, 19)} ${it.text}`);
    },
    power: (what) => systemctl(what),
    login: () => systemctl("start", "--no-block", `alga-appliance-login@${line}.service`),
  };
}
