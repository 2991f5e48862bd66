import ipaddr from "ipaddr.js";
import * as z from "zod";
import { hiddenCharacter, withoutJoiners } from "../../text/hidden_characters.ts";
import { wrongProxyException } from "../../net/no_proxy.ts";
import { isHostName, toAsciiName, tryParseHostName } from "../../text/host_name.ts";
import { passwordProblems } from "../../text/password_rules.ts";
import { DEFAULT_POLICY, SIGNATURE_POLICIES } from "../../trust/policy.ts";
import { type FieldKey, fieldOf, FIELDS, type SetupFieldKey } from "./fields.ts";

/** More than this the kubelet leaves out. */
const MAX_DNS_SERVERS = 3;
const MAX_PUBLIC_NAMES = 20;

/** What is said of a field that is not there or of another type. */
function ask(key: FieldKey): string {
  const { noun, choices, default: proposal } = fieldOf(key);
  return `${choices ? "Choose" : "Enter"} ${noun}${
    typeof proposal === "object" && !choices ? ", or nothing" : ""
  }`;
}

function line(key: FieldKey, maxLength: number) {
  const { noun } = FIELDS[key];
  const atStart = `${noun[0]?.toUpperCase()}${noun.slice(1)}`;
  return z.string(ask(key)).trim().min(1, ask(key))
    .max(maxLength, `${atStart} is longer than ${maxLength} characters`)
    .superRefine((text, context) => {
      const hidden = hiddenCharacter(key === "adminEmail" ? text : withoutJoiners(text));
      if (!hidden) return;
      const message = `${atStart} contains ${hidden.words}: type it again by hand`;
      context.addIssue({ code: "custom", message, input: text });
    });
}

/** Application address: a full URL, or a bare host, which means https. Path, query, fragment and credentials are refused. */
const AppUrl = z.string(ask("appUrl")).trim().min(1, ask("appUrl")).max(
  300,
  "The address is longer than 300 characters",
)
  .transform((text, context) => {
    const parsed = parseAppUrl(text);
    if (typeof parsed === "string") return parsed;
    context.addIssue({ code: "custom", message: parsed.problem, input: text });
    return z.NEVER;
  });

function parseAppUrl(text: string): string | { problem: string } {
  const hidden = hiddenCharacter(text);
  if (hidden) return { problem: `The address contains ${hidden.words}: type it again by hand` };
  if (/\s/.test(text)) return { problem: "The address contains a space" };
  if (/^https?(:\/?|\/\/|:?\\+)(?![/\d\\])/i.test(text)) {
    return { problem: "The address must begin with https:// or http://, with both slashes after the colon" };
  }
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined;
  // The text is not repeated: it may hold a password that was meant for another field.
  if (!url) return { problem: "This is not an address; enter one like https://psa.example.com" };
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    return { problem: `The address must begin with http:// or https://, not ${url.protocol}//` };
  }
  if (url.username || url.password) {
    return { problem: "The address must not contain a user name or password" };
  }
  if (!isHostName(url.hostname)) return { problem: hostNameProblem(url.hostname) };
  const address = addressProblem(url, withScheme);
  if (address !== undefined) return { problem: address };
  if (url.pathname !== "/" || url.search || url.hash) {
    return { problem: "The address must end after the host name or port, without a path" };
  }
  // A final dot means the same name, and browsers take it for another one.
  return `${url.protocol}//${url.hostname.replace(/\.$/, "")}${url.port === "" ? "" : `:${url.port}`}`;
}

/** Browsers read "192.168.1" as 192.168.0.1, which nobody means; and some addresses are nobody's. */
function addressProblem({ hostname }: URL, text: string): string | undefined {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (!ipaddr.isValid(host)) return undefined;
  const typed = /^[^:]+:\/\/([^/?#:]*)/.exec(text)?.[1] ?? "";
  if (!hostname.startsWith("[") && typed.replace(/\.$/, "") !== hostname) {
    return `"${typed}" is not a whole IPv4 address; enter all four numbers, or a name`;
  }
  return ["unspecified", "broadcast", "multicast"].includes(ipaddr.process(host).range())
    ? `"${host}" is not the address of a machine: nobody could open it`
    : undefined;
}

/** What is wrong with a host name, by the character where that can be said. */
function hostNameProblem(hostName: string): string {
  if (/^\.|\.\./.test(hostName)) return "The host name has a dot too many: there is nothing between two dots";
  const wrong = /[^a-z0-9._-]/i.exec(hostName)?.[0];
  return wrong === undefined
    ? "Each part of the host name must begin and end with a letter or digit, and have at most 63 characters"
    : `The host name contains "${wrong}"; it may contain only letters, digits, dots and hyphens`;
}

/** IPv4 addresses separated by commas or spaces, in order, without repeats. */
const DnsServers = z.union([z.string(), z.array(z.string())], ask("dnsServers")).transform(
  (given, context) => {
    const servers = (typeof given === "string" ? given.split(/[\s,]+/) : given).map((it) => it.trim()).filter(
      Boolean,
    );
    for (const server of servers) {
      if (!ipaddr.IPv4.isValidFourPartDecimal(server)) {
        const shown = server.length > 40 ? `${server.slice(0, 40)}…` : server;
        const message = ipaddr.IPv6.isValid(server.replace(/^\[|\]$/g, ""))
          ? `"${shown}" is an IPv6 address, which pods cannot reach: enter an IPv4 address of the server`
          : `"${shown}" is not an IPv4 address`;
        context.addIssue({ code: "custom", message, input: given });
        return z.NEVER;
      }
      if (["loopback", "unspecified", "broadcast", "multicast"].includes(ipaddr.IPv4.parse(server).range())) {
        context.addIssue({
          code: "custom",
          message: `"${server}" cannot be a DNS server: pods could not reach it`,
          input: given,
        });
        return z.NEVER;
      }
    }
    const distinct = [...new Set(servers)];
    if (distinct.length <= MAX_DNS_SERVERS) return distinct;
    context.addIssue({
      code: "custom",
      message: `Enter at most ${MAX_DNS_SERVERS} DNS servers; pods use no more`,
      input: given,
    });
    return z.NEVER;
  },
);

const ProxyUrl = z.string(ask("proxyUrl")).trim().max(
  500,
  "The proxy address is longer than 500 characters",
).transform((text, context) => {
  if (text === "") return "";
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const hidden = hiddenCharacter(text);
  const reserved = reservedCharacter(text);
  const wrong = hidden
    ? `contains ${hidden.words}: type it again by hand`
    : reserved !== undefined
    ? `has a "${reserved}" in its user name or password: write it as ${escapeOf(reserved)}`
    : !url
    ? "is not a URL; enter one like http://proxy.example.com:3128"
    : url.protocol !== "http:" && url.protocol !== "https:"
    ? "must begin with http:// or https://"
    : !isHostName(url.hostname)
    ? "may contain only letters, digits, dots and hyphens in its host name"
    : url.pathname !== "/" || url.search || url.hash
    ? "must end after the host name and port"
    : undefined;
  if (wrong === undefined && url) {
    return `${url.protocol}//${
      url.username || url.password ? `${url.username}:${url.password}@` : ""
    }${url.host}`;
  }
  // The text may hold a password, so it is not repeated.
  context.addIssue({ code: "custom", message: `The proxy address ${wrong}`, input: "" });
  return z.NEVER;
});

/** Host names separated by commas or spaces, in small letters, without repeats; kept as one text. */
const PublicNames = z.union([z.string(), z.array(z.string())], ask("publicNames")).transform(
  (given, context) => {
    const words = (typeof given === "string" ? [given] : given).flatMap((it) => it.split(/[\s,]+/)).filter(
      Boolean,
    );
    const names = [...new Set(words.map((it) => tryParseHostName(it) ?? ""))];
    const wrong = words.find((it) => tryParseHostName(it) === undefined);
    if (wrong === undefined && names.length <= MAX_PUBLIC_NAMES) return names.join(", ");
    const shown = hiddenCharacter(wrong ?? "") ? "An entry" : `"${wrong?.slice(0, 60)}"`;
    const message = wrong === undefined
      ? `Enter at most ${MAX_PUBLIC_NAMES} names`
      : `${shown} is not a host name like alga.example.com, without https:// and port`;
    context.addIssue({ code: "custom", message, input: given });
    return z.NEVER;
  },
);

/**
 * A character that ends the user name and password of an address too early, or begins an escape that it is not; everything else
 * is escaped by itself. @see RFC 3986 §3.2.1
 */
function reservedCharacter(text: string): string | undefined {
  const start = text.indexOf("://") + 3;
  const end = text.lastIndexOf("@");
  if (start < 3 || end < start) return undefined;
  return /[\\/?#]|%(?![0-9A-Fa-f]{2})/.exec(text.slice(start, end))?.[0];
}

/** "\" → "%5C" */
function escapeOf(character: string): string {
  return `%${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(2, "0")}`;
}

/** The forms that people have; what else may stand there by RFC 5321 ("quoted parts", addresses of machines) is a slip here. */
function isMailAddress(text: string): boolean {
  const [, domain = ""] = /^[^\s@<>"(),:;\\[\]]+@([^\s@]+)$/.exec(text) ?? [];
  const [last = "", ...before] = domain.split(".").toReversed();
  return before.length > 0 && /^\D/.test(last) && isHostName(toAsciiName(domain));
}

/** In the order of the list, so that wrong fields are named in the order of the form. */
const fields = {
  tenantName: line("tenantName", 200),
  adminFirstName: line("adminFirstName", 100),
  adminLastName: line("adminLastName", 100),
  adminEmail: line("adminEmail", 254).toLowerCase()
    .refine(isMailAddress, "Enter an e-mail address like maria@example.com"),
  adminPassword: z.string(ask("adminPassword")).superRefine((password, context) => {
    const problems = password === "" ? [ask("adminPassword")] : passwordProblems(password);
    for (const message of problems) context.addIssue({ code: "custom", message, input: "" });
  }),
  appUrl: AppUrl,
  dnsMode: z.enum(["system", "custom"], ask("dnsMode")).default(FIELDS.dnsMode.default.value),
  dnsServers: DnsServers.default([]),
  channel: z.enum(["stable", "nightly"], ask("channel")).default(FIELDS.channel.default.value),
  releaseRef: z.string(ask("releaseRef")).trim().regex(
    /^(|[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|sha256:[0-9a-f]{64})$/,
    "Enter a version like 1.4.0, or a digest that begins with sha256:",
  ).default(FIELDS.releaseRef.default.value),
  proxyUrl: ProxyUrl.default(FIELDS.proxyUrl.default.value),
  noProxy: z.string(ask("noProxy")).trim().max(
    1000,
    "The list is longer than 1000 characters",
  ).transform((text) => text.replaceAll(/[^\s,]+/g, (it) => toAsciiName(it))).superRefine((text, context) => {
    const wrong = wrongProxyException(text);
    if (wrong === undefined) return;
    const shown = hiddenCharacter(wrong) ? "An entry" : `"${wrong.slice(0, 60)}"`;
    const message = /^[\d.*-]+$|^[\d.:a-f]+\//i.test(wrong)
      ? `${shown} is not a network; write it like 10.0.0.0/8`
      : `${shown} is not a host name, domain, address or network; enter them with commas between them`;
    context.addIssue({ code: "custom", message, input: text });
  }).default(FIELDS.noProxy.default.value),
  publicNames: PublicNames.default(FIELDS.publicNames.default.value),
  signatures: z.enum(SIGNATURE_POLICIES, ask("signatures")).default(DEFAULT_POLICY),
} satisfies Record<SetupFieldKey, z.ZodType>;

/** What setup needs to know, the same from browser, console, file and API. Unknown fields are refused. */
export const SetupInputs = z.strictObject(fields, "The answers must be one JSON object").superRefine(
  (inputs, context) => {
    if (inputs.dnsMode === "custom" && inputs.dnsServers.length === 0) {
      context.addIssue({
        code: "custom",
        path: ["dnsServers"],
        message: "Enter at least one DNS server, or keep the system's",
      });
    }
    if (inputs.dnsMode === "system" && inputs.dnsServers.length > 0) {
      const given = inputs.dnsServers.join(", ");
      context.addIssue({
        code: "custom",
        path: ["dnsServers"],
        message:
          `${given} would not be used: choose "Use these instead" (dnsMode "custom"), or leave this field empty`,
      });
    }
    if (inputs.proxyUrl === "" && inputs.noProxy !== "") {
      context.addIssue({
        code: "custom",
        path: ["noProxy"],
        message: "The list would not be used without a proxy: enter the proxy, or leave this field empty",
      });
    }
  },
);
export type SetupInputs = z.infer<typeof SetupInputs>;
export type SetupField = SetupFieldKey;

/** Where a proposed value comes from. */
export type Origin = "dhcp" | "default" | "you";

/** A proposal for every field that has one. */
export type SetupDefaults = Partial<Record<SetupField, { value: string; origin: Exclude<Origin, "you"> }>>;

/** One message per wrong field, first problem first. */
export interface FieldError {
  field: string;
  message: string;
}

/** Flattens a zod error into field messages that never repeat a secret. */
export function toFieldErrors(error: z.ZodError): FieldError[] {
  const errors: FieldError[] = [];
  for (const issue of error.issues) {
    if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) {
        errors.push({ field: key, message: `Unknown field "${key.slice(0, 60)}"` });
      }
      continue;
    }
    const field = String(issue.path[0] ?? "");
    if (!errors.some((it) => it.field === field)) errors.push({ field, message: issue.message });
  }
  return errors;
}
