import { parse } from "yaml";
import type { Change } from "../operation/step.ts";

const SECRET_KEY = /password|passwd|secret|token|key|credential/i;
const MAX_CHANGES = 50;

/** What differs between two values files, key by key; between other texts, the whole. Values under keys of secrets are masked. */
export function differences(before: string | undefined, after: string): Omit<Change, "object">[] {
  const [from, to] = [leaves(before), leaves(after)];
  if (!from || !to) return [{ field: "", from: before, to: after }];
  const fields = [...new Set([...from.keys(), ...to.keys()])].filter((it) => from.get(it) !== to.get(it));
  const more = fields.length - MAX_CHANGES;
  return [
    ...fields.slice(0, MAX_CHANGES).map((field) => ({
      field,
      from: from.get(field),
      to: to.get(field),
      ...(SECRET_KEY.test(field) ? { isSecret: true } : {}),
    })),
    ...(more > 0 ? [{ field: `${more} more`, from: undefined, to: "not shown here" }] : []),
  ];
}

/** "server.image.tag" → value; `undefined` for what is not a YAML map. */
function leaves(text: string | undefined): Map<string, string> | undefined {
  const found = new Map<string, string>();
  let root: unknown;
  try {
    root = parse(text ?? "{}", { maxAliasCount: 50, logLevel: "error" }) ?? {};
  } catch {
    return undefined;
  }
  if (typeof root !== "object" || Array.isArray(root)) return undefined;
  const walk = (value: unknown, path: string) => {
    if (value !== null && typeof value === "object" && !Array.isArray(value)) {
      for (const [key, it] of Object.entries(value)) walk(it, path === "" ? key : `${path}.${key}`);
    } else found.set(path, typeof value === "string" ? value : JSON.stringify(value) ?? "");
  };
  walk(root, "");
  return found;
}
