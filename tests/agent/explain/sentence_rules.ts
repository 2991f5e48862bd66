import type { StatusDocument } from "../../../agent/status/document.ts";
import type { Snapshot } from "../../../agent/facts/snapshot.ts";
import type { Blocker } from "../../../agent/explain/blocker.ts";
import { isMadeBySetup } from "../../../agent/product/names.ts";

/** What is looked at: a document, and the snapshot that it was made from. */
export interface Told {
  snapshot: Snapshot;
  document: StatusDocument;
}

/** One rule of the house; gives what breaks it, nothing where all is well. */
interface SentenceRule {
  name: string;
  broken(told: Told): string[];
}

/** How containerd, the kubelet, the scheduler, Flux, Helm and k3s speak; none of it is for the eye of a person who has work to do. */
const RUNTIME_TEXT =
  /rpc error|\bdesc = |code = \w|dial (?:tcp|udp)|\blookup \S+ on |failed to pull and unpack|OCI runtime|containerd|MountVolume|sandbox "|(?<!@)sha256:|level=\w|msg="|\w+_\w+\([\w-]{2,}\)|0\/\d+ nodes|nodes are available|statuscode|probe failed|reconcil|deadline exceeded|has runAsNonRoot|container=|volumeMount|plugin type=|\bGet "|\bHead "|HelmRelease\/|x509|\/v2\//i;
const MACHINE_FAMILY = /^(?:disk|mem|net|dns|node|time|sched|stor)\./;

function sentences(it: Blocker): [name: string, text: string][] {
  return [["title", it.title], ["reason", it.reason], ["nextAction", it.nextAction], [
    "consequence",
    it.consequence,
  ]];
}

function inBlockers(test: (it: Blocker, told: Told) => string[]): SentenceRule["broken"] {
  return (told) =>
    told.document.topBlockers.flatMap((it) => test(it, told).map((what) => `${it.id}: ${what}`));
}

function noText(pattern: RegExp, where?: readonly string[]): SentenceRule["broken"] {
  return inBlockers((it) =>
    sentences(it).filter(([name, text]) => (where?.includes(name) ?? true) && pattern.test(text))
      .map(([name, text]) => `${name} "${text}"`)
  );
}

/** Whether any container of the part has ever run: only then is there a log. */
function hasRun({ snapshot }: Told, { component }: Blocker): boolean {
  const own = snapshot.pods.filter((it) => {
    const name = it.owner?.name ?? it.name;
    return component === name || name.startsWith(component) ||
      component === "alga-core" && /sebastian/.test(name);
  });
  return own.some((pod) =>
    pod.containers.some(({ state, lastState }) =>
      [state, lastState].some((it) =>
        it.kind === "running" || it.kind === "terminated" && it.reason !== "StartError"
      )
    )
  );
}

/** The sentences of every blocker, and how they stand to each other and to the headline. */
export const SENTENCE_RULES: readonly SentenceRule[] = [
  { name: 'no ".."', broken: noText(/(?<!\.)\.\.(?!\.)|\.{4}/) },
  { name: 'no ". left"', broken: noText(/\. left|[.,;:]\s+[.,;]/) },
  { name: "no gaps", broken: noText(/undefined|null|NaN| {2}|""|: \.|\(\)/) },
  { name: "whole sentences", broken: noText(/^$|[^.!?…:)"\w\]]$/, ["reason", "nextAction"]) },
  { name: "no runtime text in title, reason and next step", broken: noText(RUNTIME_TEXT) },
  {
    name: 'no "read its log" where nothing ever ran',
    broken: inBlockers((it, told) =>
      /\bread (?:its|the) logs?\b/i.test(it.nextAction) && !hasRun(told, it) ? [it.nextAction] : []
    ),
  },
  {
    name: 'no "every attempt ended with an error" at a deadline',
    broken: ({ document, snapshot }) => {
      const late = snapshot.jobs.some((it) => it.conditions.some((one) => one.reason === "DeadlineExceeded"));
      return late && /every attempt/i.test(JSON.stringify(document)) ? ["every attempt …"] : [];
    },
  },
  { name: "no duration from the age of an object", broken: noText(/\b\d+ days\b/) },
  {
    name: 'no "restart k3s" while it is starting',
    broken: inBlockers((it, { snapshot }) => {
      const last = snapshot.host.journal.at(-1);
      const starting = last !== undefined && /^Starting/.test(last.text);
      return starting && /^restart the service "k3s"|, restart the service "k3s"/i.test(it.nextAction)
        ? [it.nextAction]
        : [];
    }),
  },
  {
    name: 'no "report to the vendor" for faults of this machine',
    broken: inBlockers((it) =>
      MACHINE_FAMILY.test(it.id) && (/\breport\b/i.test(it.nextAction) || it.owner === "vendor")
        ? [`${it.owner}: ${it.nextAction}`]
        : []
    ),
  },
  {
    name: "setup promises only what it makes",
    broken: inBlockers((it) => {
      if (!/run setup again/i.test(it.nextAction) || !/missing/i.test(it.nextAction)) return [];
      const named = /"([^"]+)"/.exec(it.reason)?.[1];
      const isKind = it.id === "flux.crd-missing";
      return isKind || named !== undefined && isMadeBySetup(named) ? [] : [it.nextAction];
    }),
  },
  {
    name: "nothing is called fully healthy beside a card",
    broken: ({ document: { rollup, topBlockers } }) =>
      rollup.state === "fully_healthy" && topBlockers.length > 0 ? [rollup.message] : [],
  },
  {
    name: "headline, card and next step do not contradict each other",
    broken: ({ document: { rollup, topBlockers } }) => {
      const about = topBlockers.find((it) => it.id === rollup.topBlockerId);
      const found: string[] = [];
      if (rollup.topBlockerId !== null && about === undefined) found.push(`no card ${rollup.topBlockerId}`);
      if (about && !rollup.nextAction.startsWith(about.nextAction)) found.push(rollup.nextAction);
      const acts = topBlockers.find((it) =>
        it.action.kind !== "wait" && !/wait|nothing to do/i.test(it.nextAction)
      );
      if (acts && /nothing to do/i.test(rollup.nextAction)) {
        found.push(`"${rollup.nextAction}" above "${acts.nextAction}"`);
      }
      return found;
    },
  },
  {
    name: "one part has one general finding",
    broken: ({ document: { topBlockers } }) => {
      const general = topBlockers.filter((it) =>
        /^(?:app\.crash|app\.probe|\w+\.degraded|cfg\.container)$/.test(it.id)
      );
      return general.filter((it, index) =>
        general.findIndex((other) => other.component === it.component) !== index
      ).map((it) => `${it.id} of ${it.component} a second time`);
    },
  },
];

/** Rules for a document that is made a day after what it tells of: nothing passes for ever. */
export function brokenLater({ document: { rollup, topBlockers } }: Told): string[] {
  return [
    ...topBlockers.filter((it) => /nothing to do|goes on by itself|^wait\b/i.test(it.nextAction))
      .map((it) => `${it.id}: ${it.nextAction}`),
    ...(/nothing to do/i.test(rollup.nextAction) ? [`headline: ${rollup.nextAction}`] : []),
  ];
}
