import type { Evidence } from "./evidence.ts";
import { ITEMS } from "./items.ts";

/** What heads a sheet, and what ends it. */
export interface SheetHead {
  /** ISO 8601, UTC. */
  at: string;
  /** On what it ran: accelerator and program versions. */
  machine: string;
  /** Minutes of each part, by its name. */
  minutes: Readonly<Record<string, number>>;
  /** File name → SHA-256 of everything that was made or tried. */
  sums: Readonly<Record<string, string>>;
}

/** An item of a checklist: its number, and its words on one line. */
export interface Item {
  id: string;
  text: string;
}

const ITEM = /^- \[ \] \*\*(\d+\.\d+)\*\* ([^\n]*(?:\n {6}[^\n]*)*)$/gm;

/** The items of a checklist, in its order. */
export function itemsOf(checklist: string): Item[] {
  return [...checklist.matchAll(ITEM)].map(([, id = "", text = ""]) => ({
    id,
    text: text.replaceAll(/\n +/g, " "),
  }));
}

/** How many items hold, fail, and are left to a person. */
export interface Count {
  passed: string[];
  failed: string[];
  byHand: string[];
}

/** Judges every item of a checklist. */
export function judge(checklist: string, seen: Evidence): Count {
  const count: Count = { passed: [], failed: [], byHand: [] };
  for (const { id } of itemsOf(checklist)) {
    const wrong = ITEMS[id]?.(seen);
    (wrong === undefined ? count.byHand : wrong.length === 0 ? count.passed : count.failed).push(id);
  }
  return count;
}

/** The checklist, filled: Markdown to be attached to a release. */
export function fillSheet(checklist: string, seen: Evidence, head: SheetHead): string {
  const { build, sha256 } = seen.image;
  const { passed, failed, byHand } = judge(checklist, seen);
  const parts = checklist.slice(Math.max(0, checklist.search(/^## /m))).replaceAll(
    ITEM,
    (_, id: string, text: string) => {
      const line = `**${id}** ${text}`;
      const wrong = ITEMS[id]?.(seen);
      if (wrong === undefined) return `- [ ] by hand: ${line}`;
      if (wrong.length === 0) return `- [x] passed: ${line}`;
      return [`- [ ] FAILED: ${line}`, ...wrong.map((it) => `  - ${printable(it)}`)].join("\n");
    },
  );
  const times = Object.entries(head.minutes).map(([name, minutes]) => `${name} ${minutes.toFixed(1)} min`);
  return `# Acceptance of Alga appliance ${build.version}

- Result: ${
    failed.length === 0 ? "nothing failed" : `FAILED: ${failed.join(", ")}`
  }; ${passed.length} passed, ${failed.length} failed, ${byHand.length} by hand
- Image: SHA-256 \`${sha256}\`, commit \`${build.commit}\`, account: ${build.account}
- Base: ${build.base.name}, SHA-256 \`${build.base.sha256}\`
- Date: ${head.at}, on ${head.machine}
- Times: ${times.join(", ") || "none"}
- By: ____________

${parts.trimEnd()}

## Checksums

\`\`\`
${Object.entries(head.sums).map(([name, sum]) => `${sum}  ${name}`).join("\n")}
\`\`\`
`;
}

/** What machines say is shown without what moves a cursor or ends a line. */
function printable(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]+/g, " ").slice(0, 500);
}
