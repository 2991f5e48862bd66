import * as z from "zod";
import type { Host } from "../../host/host.ts";
import { isInNetwork } from "../../text/network_address.ts";
import { isOfCluster, type Packet } from "./packet.ts";
import { tryParseJson } from "../../text/try_parse_json.ts";

const Item = z.object({
  chain: z.object({
    family: z.string(),
    table: z.string(),
    name: z.string(),
    hook: z.string().optional(),
    policy: z.string().optional(),
  }).optional(),
  rule: z.object({
    family: z.string(),
    table: z.string(),
    chain: z.string(),
    expr: z.array(z.record(z.string(), z.unknown())).default([]),
  }).optional(),
});
const Ruleset = z.object({ nftables: z.array(Item) });

type Chain = NonNullable<z.infer<typeof Item>["chain"]>;
type Rule = NonNullable<z.infer<typeof Item>["rule"]>;
type Verdict = "accept" | "drop";

/** Rules of the kernel's packet filter, of every tool that writes them. */
export interface NftRuleset {
  chains: readonly Chain[];
  rules: readonly Rule[];
}

/** A chain that drops what should pass. */
export interface BlockingChain {
  family: string;
  table: string;
  name: string;
  /** No rule that could not be understood might let it pass. */
  isSure: boolean;
}

const MAX_DEPTH = 16;

/** Reads the kernel's rules. @throws {Error} If they cannot be read; needs root. */
export async function readNftRuleset(host: Host): Promise<NftRuleset> {
  const argv = ["nft", "-j", "list", "ruleset"] as const;
  const { code, stdout, stderr } = await host.run(argv, {
    timeoutMs: 5_000,
    maxOutputBytes: 8 * 1024 * 1024,
  });
  if (code !== 0) throw new Error(`nft ended with ${code}: ${stderr.trim()}`);
  const parsed = Ruleset.safeParse(tryParseJson(stdout));
  if (!parsed.success) throw new Error("nft gave an answer that cannot be read");
  const items = parsed.data.nftables;
  return {
    chains: items.flatMap((it) => it.chain ?? []),
    rules: items.flatMap((it) => it.rule ?? []),
  };
}

/** The first chain that drops a packet. Every chain of a hook is asked: what one accepts another may drop. @see nft(8), "Verdict statements" */
export function blockingChain(ruleset: NftRuleset, packet: Packet): BlockingChain | undefined {
  const chains = ruleset.chains.filter((it) =>
    it.hook === packet.hook && ["ip", "inet"].includes(it.family) &&
    // Kubernetes writes what it needs into this one itself.
    !(packet.hook === "forward" && it.family === "ip" && it.table === "filter")
  );
  const drops = (chain: Chain, hasDoubt: boolean) =>
    (verdict({ ruleset, packet, hasDoubt }, chain, 0) ?? chain.policy ?? "accept") === "drop";
  const found = chains.find((it) => drops(it, true)) ?? chains.find((it) => drops(it, false));
  if (!found) return undefined;
  const { family, table, name } = found;
  return { family, table, name, isSure: drops(found, true) };
}

/** `hasDoubt`: a rule that lets pass counts even where a condition of it is not understood. */
interface Question {
  ruleset: NftRuleset;
  packet: Packet;
  hasDoubt: boolean;
}

function verdict(
  question: Question,
  { family, table, name }: Pick<Chain, "family" | "table" | "name">,
  depth: number,
): Verdict | undefined {
  if (depth > MAX_DEPTH) return undefined;
  const own = question.ruleset.rules.filter((it) =>
    it.family === family && it.table === table && it.chain === name
  );
  for (const { expr } of own) {
    if (!applies(question, expr)) continue;
    for (const it of expr) {
      if ("accept" in it) return "accept";
      if ("drop" in it || "reject" in it) return "drop";
      if ("return" in it) return undefined;
      const target = z.object({ target: z.string() }).safeParse(it.jump ?? it.goto).data?.target;
      if (target === undefined) continue;
      const inner = verdict(question, { family, table, name: target }, depth + 1);
      if (inner !== undefined || "goto" in it) return inner;
    }
  }
  return undefined;
}

function applies({ packet, hasDoubt }: Question, expr: Rule["expr"]): boolean {
  const answers = expr.map((it) => fits(it, packet));
  if (answers.includes(false)) return false;
  return !answers.includes(undefined) || hasDoubt && expr.some((it) => "accept" in it || "jump" in it);
}

/** Statements that never keep a rule from fitting. */
const SILENT = ["accept", "drop", "reject", "return", "jump", "goto", "counter", "log", "comment", "mangle"];

const Match = z.object({ op: z.string(), left: z.unknown(), right: z.unknown() });
const Payload = z.object({ payload: z.object({ protocol: z.string(), field: z.string() }) });
const Meta = z.object({ meta: z.object({ key: z.string() }) });

/** `undefined` when the statement is not understood. */
function fits(statement: Record<string, unknown>, packet: Packet): boolean | undefined {
  if (SILENT.some((it) => it in statement)) return true;
  const foreign = z.object({ name: z.string() }).safeParse(statement.xt).data?.name;
  // Of iptables; written for connections that exist already.
  if (foreign === "conntrack" || foreign === "state") return false;
  const match = Match.safeParse(statement.match).data;
  const found = match && matches(match.left, match.right, packet);
  return found === undefined ? undefined : match?.op === "!=" ? !found : found;
}

/** `undefined` when the question is not understood. */
function matches(left: unknown, right: unknown, packet: Packet): boolean | undefined {
  const payload = Payload.safeParse(left).data?.payload;
  const key = Meta.safeParse(left).data?.meta.key;
  if (payload?.field === "dport" && ["tcp", "th"].includes(payload.protocol)) {
    return some(right, (it) => isPort(it, packet.port));
  }
  if (payload?.field === "dport" || ["icmp", "icmpv6", "ip6"].includes(payload?.protocol ?? "")) return false;
  if (payload?.protocol === "ip" && payload.field === "saddr") {
    const { source } = packet;
    // Some of those outside come from there.
    return source === undefined
      ? some(right, (it) => !isOfCluster(networkText(it))) ?? true
      : some(right, (it) => isInNetwork(source, networkText(it)));
  }
  if (payload?.protocol === "ip" && payload.field === "protocol") return some(right, (it) => it === "tcp");
  if (key === "iifname" || key === "iif") {
    return some(right, (it) => packet.device === undefined ? isOutside(it) : isDevice(it, packet.device));
  }
  if (key === "l4proto") return some(right, (it) => it === "tcp");
  if (key === "nfproto") return some(right, (it) => it === "ipv4");
  if (JSON.stringify(left)?.includes('"state"')) return some(right, (it) => it === "new");
  return undefined;
}

/** One value, or any of a set. */
function some(right: unknown, is: (value: unknown) => boolean): boolean | undefined {
  if (typeof right === "string" && right.startsWith("@")) return undefined; // a set with a name
  const set = z.object({ set: z.array(z.unknown()) }).safeParse(right).data?.set ??
    (Array.isArray(right) ? right : [right]);
  return set.some(is);
}

function isPort(value: unknown, port: number): boolean {
  const range = z.object({ range: z.tuple([z.number(), z.number()]) }).safeParse(value).data?.range;
  return range ? port >= range[0] && port <= range[1] : value === port;
}

function networkText(value: unknown): string {
  const prefix = z.object({ prefix: z.object({ addr: z.string(), len: z.number() }) }).safeParse(value).data
    ?.prefix;
  return prefix ? `${prefix.addr}/${prefix.len}` : String(value);
}

function isDevice(value: unknown, device: string): boolean {
  const name = String(value);
  return name.endsWith("*") ? device.startsWith(name.slice(0, -1)) : name === device;
}

function isOutside(value: unknown): boolean {
  return !/^(lo|cni|flannel|docker|br-|veth|virbr|lxdbr)/.test(String(value));
}
