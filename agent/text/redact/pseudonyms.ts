/** Names of the site, for what stands in place of them everywhere. */
export interface SiteNames {
  /** Of machines and addresses: its own name, the host of the application's address, proxies. */
  hosts: readonly string[];
  /** Of people and their company. */
  users: readonly string[];
}

/** Told of each name that was replaced. */
type Count = (rule: string) => void;

const EMAIL =
  /(?<![\w.%+-])[A-Za-z0-9_][\w.+-]{0,63}(?:@|%40)([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,5}\.[A-Za-z]{2,24})(?![\w-])/g;
/** Endings of systemd's units, whose instances are written like addresses. */
const UNIT = /\.(?:service|socket|target|mount|slice|scope|device|timer|path|swap|automount)$/;
const MAC = /(?<![\w:])((?:[0-9a-f]{2}:){3})(?:[0-9a-f]{2}:){2}[0-9a-f]{2}(?![\w:])/gi;
const IPV4 = /(?<![\d.])(\d{1,3}\.\d{1,3}\.\d{1,3})\.(\d{1,3})(?![\d])/g;
const IPV6 =
  /(?<![\w:])(?:(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|(?:[0-9a-f]{1,4}:){1,6}:(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,5})?)(?![\w:])/gi;
const DOMAIN =
  /(?<![\w.@-])(?:[a-z0-9][a-z0-9-]{0,62}\.){1,8}(?:com|net|org|info|biz|de|at|ch|eu|uk|fr|nl|be|it|es|pl|us|ca|au|local|lan|internal|intranet|home|corp|test|example)(?![\w-]|\.[a-z0-9])/gi;
const HOME = /((?<![\w/])\/home\/)([a-z_][a-z0-9_-]{0,31})/g;
/** Of everybody: what they say tells nothing of a site. */
const PUBLIC_DOMAIN =
  /(?:^|\.)(?:cluster\.local|github\.com|githubusercontent\.com|docker\.com|ubuntu\.com|nineminds\.com|google\.com|microsoft\.com)$/i;
/** Loopback, everything, and the networks inside the cluster, which are the same on each appliance. */
const OWN_NET = /^(?:127\.|0\.0\.0$|255\.|10\.4[23]\.)/;

/** The same name for the same thing in all files of one bundle. */
export interface Pseudonyms {
  /** E-mail addresses and the second half of hardware addresses: never in a bundle. */
  always(line: string, count: Count): string;
  /** IP addresses, host names, people: in a strict one. The structure stays: same network, private or public. */
  strict(line: string, count: Count): string;
}

/** Names that no bundle has used yet. */
export function createPseudonyms(site: SiteNames = { hosts: [], users: [] }): Pseudonyms {
  const given = new Map<string, string>();
  const counters = new Map<string, number>();
  function name(kind: string, text: string): string {
    const key = `${kind} ${text.toLowerCase()}`;
    const known = given.get(key);
    if (known !== undefined) return known;
    const next = (counters.get(kind) ?? 0) + 1;
    counters.set(kind, next);
    const made = `${kind}${next}`;
    given.set(key, made);
    return made;
  }
  const ip = (net: string, host: string) =>
    `${name(isPrivate(net) ? "net" : "pub", net)}.${name(`${net} h`, host).slice(net.length + 1)}`;
  const words = [
    ...site.hosts.map((text) => ({ rule: "S.host", kind: "host", text })),
    ...site.users.map((text) => ({ rule: "S.user", kind: "user", text })),
  ].filter((it) => it.text.length >= 3).toSorted((a, b) => b.text.length - a.text.length);

  return {
    always(line, count) {
      let text = line;
      if (text.includes("@") || text.includes("%40")) {
        text = text.replaceAll(EMAIL, (address: string, domain: string) => {
          if (UNIT.test(address)) return address;
          count("P.email");
          return `${name("user-", address)}@${name("domain-", domain)}`;
        });
      }
      return text.includes(":")
        ? text.replaceAll(MAC, (_, vendor: string) => {
          count("P.mac");
          return `${vendor}**:**:**`;
        })
        : text;
    },
    strict(line, count) {
      let text = line.replaceAll(HOME, (_, head: string, user: string) => {
        count("S.user");
        return head + name("user", user);
      });
      for (const it of words) {
        text = replaceWord(text, it.text, () => {
          count(it.rule);
          return name(it.kind, it.text);
        });
      }
      text = text.replaceAll(DOMAIN, (it) => {
        if (PUBLIC_DOMAIN.test(it)) return it;
        count("S.host");
        return name("host", it);
      });
      text = text.replaceAll(IPV6, (it) => {
        if (it === "::1") return it;
        count("S.ip");
        return name("v6-", it);
      });
      return text.replaceAll(IPV4, (all, net: string, host: string) => {
        if (OWN_NET.test(net)) return all;
        count("S.ip");
        return ip(net, host);
      });
    },
  };
}

function isPrivate(net: string): boolean {
  return /^(?:10\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.)/.test(net);
}

/** Each place where a word stands by itself, in whatever case. */
function replaceWord(line: string, word: string, put: () => string): string {
  const [text, wanted] = [line.toLowerCase(), word.toLowerCase()];
  if (text.length !== line.length) return line; // a letter whose lower case is longer: nothing stands where it stood
  let out = "";
  let from = 0;
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
    const end = at + wanted.length;
    if (at < from || isWordAt(text, at - 1) || isWordAt(text, end)) continue;
    out += line.slice(from, at) + put();
    from = end;
  }
  return out + line.slice(from);
}

function isWordAt(text: string, at: number): boolean {
  return /[a-z0-9]/.test(text[at] ?? "");
}
