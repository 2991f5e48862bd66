import { AGENT } from "../../causes/agent.ts";
import { DNS } from "../../causes/dns.ts";
import { MACHINE } from "../../causes/machine.ts";
import { type Finding, finding, type Rule } from "../finding.ts";
import { clip } from "../../text/clip.ts";

/** Sites renew theirs a month before its end, as a rule: then something has not worked. */
const ENDS_SOON_MS = 14 * 86_400_000;

/** What the agent knows of itself: its records, and setup. */
export const agentRule: Rule = {
  causes: [
    MACHINE.diskFull,
    MACHINE.diskReadOnly,
    AGENT.stateDamaged,
    AGENT.certificateRefused,
    AGENT.certificateEnds,
    AGENT.updateFailed,
    DNS.clusterStale,
    AGENT.setupFailed,
  ],
  find(facts) {
    const { snapshot } = facts;
    const found: Finding[] = [];
    const { diskFull } = snapshot.agent;
    if (diskFull !== undefined) {
      found.push(finding(facts, MACHINE.diskFull, {
        since: diskFull.since,
        words: { path: clip(diskFull.path, 120) },
        evidence: [{ label: "File", text: clip(diskFull.path, 400) }],
      }));
    }
    const { readOnlyFolder } = snapshot.host;
    if (readOnlyFolder !== undefined) {
      found.push(finding(facts, MACHINE.diskReadOnly, {
        tier: "platform",
        component: "node",
        evidence: [{ label: "Folder", text: clip(readOnlyFolder, 400) }],
      }));
    }
    if (snapshot.remembered.stateDamage !== undefined) {
      found.push(finding(facts, AGENT.stateDamaged, {
        words: {
          detail: clip(snapshot.remembered.stateDamage, 240),
          isRecord: snapshot.setup.isRecordDamaged === true,
        },
        evidence: [{ label: "Message", text: clip(snapshot.remembered.stateDamage, 400) }],
      }));
    }
    const refused = snapshot.agent.certificateProblem;
    if (refused !== undefined) {
      found.push(finding(facts, AGENT.certificateRefused, {
        since: refused.since,
        words: { problem: clip(refused.problem, 300), next: refused.next },
      }));
    }
    const { certificate } = snapshot.agent;
    if (certificate?.origin === "site" && Date.parse(certificate.validTo) - facts.nowMs < ENDS_SOON_MS) {
      found.push(finding(facts, AGENT.certificateEnds, { words: { day: certificate.validTo.slice(0, 10) } }));
    }
    const { updateProblem } = snapshot.agent;
    if (updateProblem !== undefined) {
      const { message, next, since } = updateProblem;
      found.push(finding(facts, AGENT.updateFailed, {
        since,
        words: { message: clip(message, 300), next: clip(next, 300) },
      }));
    }
    const { clusterDnsStale } = snapshot.agent;
    if (clusterDnsStale !== undefined) {
      const { servers, asked, why, since } = clusterDnsStale;
      found.push(finding(facts, DNS.clusterStale, {
        since,
        words: { servers: clip(servers, 120), asked: clip(asked, 120), why },
        evidence: [{ label: "This machine", text: clip(servers, 400) }, {
          label: "Cluster",
          text: clip(asked, 400),
        }],
      }));
    }
    const { setup } = snapshot;
    if (setup.status === "failed" && setup.failure) {
      const { message, code, details, suggestedNextStep } = setup.failure;
      found.push(finding(facts, AGENT.setupFailed, {
        since: setup.since,
        words: { message, step: setup.stepTitle ?? "", nextStep: suggestedNextStep },
        evidence: [
          { label: "Step", text: setup.stepTitle ?? "" },
          { label: "Code", text: code },
          ...(details === "" ? [] : [{ label: "Message", text: clip(details, 400) }]),
        ],
      }));
    }
    return found;
  },
};
