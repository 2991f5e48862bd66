import { linkView } from "../../../agent/console/press_link.ts";
import type { Model } from "../../../agent/console/model.ts";
import { SETUP_FIELD_KEYS } from "../../../agent/setup/inputs/fields.ts";
import type { TypedView } from "../../../agent/setup/inputs/typed_answers.ts";
import { blockedSetup, sampleBlocker, sampleDocument, sampleModel } from "./samples.ts";

const fresh = sampleDocument();
const ready = sampleDocument({
  token: null,
  status: {
    ...fresh.status,
    urls: { ...fresh.status.urls, loginUrl: "https://psa.example.com" },
    kubernetesVersion: "v1.36.5+k3s1",
    release: { ...fresh.status.release, selectedReleaseVersion: "1.4.0" },
    rollup: {
      ...fresh.status.rollup,
      state: "ready_with_background_issues",
      message: "Ready to log in. Workflow worker cannot start",
      topBlockerId: "image.not-found",
    },
    topBlockers: [sampleBlocker()],
    tiers: { ...fresh.status.tiers, login: { ...fresh.status.tiers.login, ready: true } },
  },
  setup: { ...fresh.setup, state: { status: "done", finishedAt: "2026-11-21T13:00:00.000Z" } },
});
const noAddress = sampleDocument({
  network: {
    interfaces: [{ name: "ens18", hasCarrier: true, addresses: [] }, {
      name: "ens19",
      hasCarrier: false,
      addresses: [],
    }],
    gateway: null,
    otherRoutes: [],
    resolvers: [],
    trial: null,
    change: null,
  },
});
const long = sampleDocument({
  hostName: `appliance-${"x".repeat(200)}.example.com`,
  network: {
    ...fresh.network,
    interfaces: [{
      name: "ens18",
      hasCarrier: true,
      addresses: [
        { address: "192.168.64.8", prefixLength: 24, isDynamic: true },
        { address: "10.0.0.9", prefixLength: 8, isDynamic: false },
        { address: "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff", prefixLength: 64, isDynamic: true },
        { address: "fd00:1234:5678:9abc:def0:1234:5678:9abc", prefixLength: 64, isDynamic: false },
      ],
    }],
  },
});
const hostile = sampleDocument({
  hostName: "a\u202eb\x1b[2Jc\u200b日本",
  status: {
    ...fresh.status,
    rollup: { ...fresh.status.rollup, message: `\x1b]0;x\x07${"word ".repeat(60)}\u2028end` },
    topBlockers: [sampleBlocker({ reason: `\x1b[31m${"long ".repeat(100)}`, nextAction: "🙂 é\r\nü…" })],
  },
});
const typed: TypedView = {
  values: { tenantName: "Example Ltd", appUrl: "http://192.168.64.8:3000", dnsMode: "system" },
  origins: { tenantName: "you", appUrl: "dhcp", dnsMode: "default" },
  hasPassword: false,
  asked: SETUP_FIELD_KEYS.filter((it) => !["dnsServers", "noProxy", "publicNames"].includes(it)),
  errors: [{ field: "adminPassword", message: "Enter the password" }],
  answers: [],
};
const question = (field: "adminEmail" | "adminPassword" | "dnsMode", text: string): Model["view"] => ({
  name: "question",
  field,
  text,
  isTouched: true,
  isOne: false,
});

/** Every screen, each in its states, with text from outside. */
export const MODELS: Readonly<Record<string, Model>> = {
  "nothing is known yet": sampleModel({ document: undefined }),
  "before setup": sampleModel(),
  "before setup, in ASCII": sampleModel({ charset: "ascii" }),
  "ready, with a cause": sampleModel({ document: ready }),
  "no address": sampleModel({ document: noAddress }),
  "long names and IPv6": sampleModel({ document: long }),
  "text that steers": sampleModel({ document: hostile }),
  "the agent is away": sampleModel({
    away: [
      "! The agent does not answer.",
      "Service: does not run (failed)",
      "What to do: sudo systemctl start x",
    ],
  }),
  "a question while the agent is away": sampleModel({
    typed,
    away: ["! The agent does not answer."],
    view: question("adminEmail", "maria@example.com"),
  }),
  "started by hand, with a notice": sampleModel({
    ownLine: undefined,
    notice: "Looked again at 14:02:00 UTC.",
  }),
  "a question": sampleModel({
    typed,
    view: {
      ...question("adminEmail", "maria"),
      error: "Enter an e-mail address like maria@example.com",
    } as Model[
      "view"
    ],
  }),
  "the password": sampleModel({ typed, view: question("adminPassword", "Correct-Horse7!") }),
  "a choice": sampleModel({ typed, view: question("dnsMode", "custom") }),
  "the answers": sampleModel({ typed, view: { name: "answers", row: 4 } }),
  "checks that failed": sampleModel({
    document: sampleDocument({
      setup: blockedSetup(),
      holder: { title: "Setup", by: "browser 192.0.2.7", since: "2026-11-21T14:00:00.000Z" },
    }),
    view: { name: "progress", offset: 0 },
  }),
  "network": sampleModel({ document: long, view: { name: "network", offset: 0 } }),
  "a change of the network that waits": sampleModel({
    document: {
      ...fresh,
      network: {
        ...fresh.network,
        change: {
          isRunning: false,
          lines: ["The change waits for you:", "The address is k3s' own", "What to do: keep it"],
          acceptIds: ["node-address"],
        },
      },
    },
    view: { name: "network", offset: 0 },
  }),
  "a link": sampleModel({ view: linkView(sampleModel()) }),
  "a link, a fixed address": sampleModel({
    view: {
      ...linkView(sampleModel()),
      form: { ...linkView(sampleModel()).form, method: "static", address: "192.168.64.8" },
      row: 2,
      errors: [{ field: "address", message: "lacks the length of the prefix; write it as 192.168.64.8/24" }],
    },
  }),
  "a link, about to be tried": sampleModel({ view: { ...linkView(sampleModel()), row: 3 } }),
  "network taken up": sampleModel({
    document: {
      ...fresh,
      network: { ...fresh.network, trial: { endsAt: "2026-11-26T22:00:30.000Z", mayBeKept: false } },
    },
    view: { name: "network", offset: 0 },
  }),
  "network on trial": sampleModel({
    document: {
      ...fresh,
      network: { ...fresh.network, trial: { endsAt: "2026-11-26T22:00:30.000Z", mayBeKept: true } },
    },
    view: { name: "network", offset: 0 },
  }),
  "logs": sampleModel({
    view: { name: "logs", source: "k3s", offset: 0 },
    logs: Array.from(
      { length: 40 },
      (_, i) => `14:00:${String(i).padStart(2, "0")} line ${i} ${"x".repeat(i * 3)}`,
    ),
  }),
  "sign-in help": sampleModel({ document: ready, view: { name: "help" } }),
  "accept": sampleModel({ view: { name: "confirm", what: "accept" } }),
  "reboot": sampleModel({ view: { name: "confirm", what: "reboot" } }),
};
