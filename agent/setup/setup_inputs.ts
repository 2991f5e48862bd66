import ipaddr from "ipaddr.js";
import { z } from "zod";

/** Password policy of the application. @see contract.md 11.1 */
const PASSWORD_RULES: readonly [RegExp, string][] = [
  [/^.{8,}$/su, "must have at least 8 characters"],
  [/[a-z]/, "must contain a lower-case letter"],
  [/[A-Z]/, "must contain an upper-case letter"],
  [/[0-9]/, "must contain a digit"],
  [/[!@#$%^&*(),.?":{}|<>]/, 'must contain one of ! @ # $ % ^ & * ( ) , . ? " : { } | < >'],
];

// deno-lint-ignore no-control-regex -- control characters are what is being refused
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

function line(name: string, maxLength: number) {
  return z.string().trim().min(1, `Enter ${name}`).max(
    maxLength,
    `${name} is longer than ${maxLength} characters`,
  )
    .refine((text) => !CONTROL.test(text), `${name} contains a control character`);
}

/** Application address: a full URL, or a bare host, which means https. Path, query, fragment and credentials are refused. */
const AppUrl = z.string().trim().min(1, "Enter the application address").max(
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
  if (CONTROL.test(text) || /\s/.test(text)) {
    return { problem: "The address contains a space or control character" };
  }
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined;
  if (!url) return { problem: `"${text}" is not an address; enter one like https://psa.example.com` };
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    return { problem: `The address must begin with http:// or https://, not ${url.protocol}//` };
  }
  if (url.username || url.password) {
    return { problem: "The address must not contain a user name or password" };
  }
  if (url.pathname !== "/" || url.search || url.hash) {
    return { problem: "The address must end after the host name or port, without a path" };
  }
  return `${url.protocol}//${url.host}`;
}

/** IPv4 addresses separated by commas or spaces, in order, without repeats. @see contract.md 8.2 for what is refused. */
const DnsServers = z.union([z.string(), z.array(z.string())]).transform((given, context) => {
  const servers = (typeof given === "string" ? given.split(/[\s,]+/) : given).map((it) => it.trim()).filter(
    Boolean,
  );
  for (const server of servers) {
    if (!ipaddr.IPv4.isValidFourPartDecimal(server)) {
      context.addIssue({ code: "custom", message: `"${server}" is not an IPv4 address`, input: given });
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
  return [...new Set(servers)];
});

const ProxyUrl = z.string().trim().max(500).transform((text, context) => {
  if (text === "") return "";
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const wrong = !url
    ? "is not a URL; enter one like http://proxy.example.com:3128"
    : url.protocol !== "http:" && url.protocol !== "https:"
    ? "must begin with http:// or https://"
    : url.pathname !== "/" || url.search || url.hash
    ? "must end after the host name and port"
    : undefined;
  if (wrong === undefined && url) {
    return `${url.protocol}//${url.username ? `${url.username}:${url.password}@` : ""}${url.host}`;
  }
  // The text may hold a password, so it is not repeated.
  context.addIssue({ code: "custom", message: `The proxy address ${wrong}`, input: "" });
  return z.NEVER;
});

const fields = {
  channel: z.enum(["stable", "nightly"], "Choose stable or nightly").default("stable"),
  releaseRef: z.string().trim().max(200).regex(
    /^[A-Za-z0-9._:@/-]*$/,
    "may hold only letters, digits and . _ : @ / -",
  ).default(""),
  appUrl: AppUrl,
  dnsMode: z.enum(["system", "custom"], "Choose system or custom").default("system"),
  dnsServers: DnsServers.default([]),
  proxyUrl: ProxyUrl.default(""),
  noProxy: z.string().trim().max(1000).regex(
    /^[A-Za-z0-9.,:*/_ -]*$/,
    "is a list of host names, domains and networks",
  ).default(""),
  tenantName: line("the company name", 200),
  adminFirstName: line("the first name", 100),
  adminLastName: line("the last name", 100),
  adminEmail: line("the e-mail address", 254).toLowerCase()
    .refine(
      (text) => /^[^\s@<>"']+@[^\s@<>"']+\.[^\s@<>"'.]+$/.test(text),
      "Enter an e-mail address like maria@example.com",
    ),
  adminPassword: z.string().max(200, "The password is longer than 200 characters").superRefine(
    (password, context) => {
      for (const [rule, message] of PASSWORD_RULES) {
        if (!rule.test(password)) {
          context.addIssue({ code: "custom", message: `The password ${message}`, input: "" });
        }
      }
      // deno-lint-ignore no-control-regex -- a NUL or newline cannot be typed into the sign-in form
      if (/[\u0000-\u001f]/.test(password)) {
        context.addIssue({ code: "custom", message: "The password contains a control character", input: "" });
      }
    },
  ),
};

/** What set-up needs to know, the same from browser, console, file and API. Unknown fields are refused. @see contract.md 11.1 */
export const SetupInputs = z.strictObject(fields).superRefine((inputs, context) => {
  if (inputs.dnsMode === "custom" && inputs.dnsServers.length === 0) {
    context.addIssue({
      code: "custom",
      path: ["dnsServers"],
      message: "Enter at least one DNS server, or keep the system's",
    });
  }
});
export type SetupInputs = z.infer<typeof SetupInputs>;
export type SetupField = keyof SetupInputs;

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
      for (const key of issue.keys) errors.push({ field: key, message: `Unknown field "${key}"` });
      continue;
    }
    const field = String(issue.path[0] ?? "");
    if (!errors.some((it) => it.field === field)) errors.push({ field, message: issue.message });
  }
  return errors;
}
