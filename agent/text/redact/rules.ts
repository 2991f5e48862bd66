import { keyValueRule } from "./key_value_rule.ts";
import { patternRule, type RedactionRule } from "./rule.ts";

/**
 * Shapes of credentials, whoever wrote them. In this order: what holds others comes first, and a header's or URL's own shape
 * before the general one of key and value.
 */
export const REDACTION_RULES: readonly RedactionRule[] = [
  patternRule(
    "P.pem-private",
    /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?:[^-]|-(?!----)){0,20000}(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?/g,
  ),
  // "-----BEGIN" in base64: a key file inside another file.
  patternRule("P.pem-base64", /LS0tLS1CRUdJTi[A-Za-z0-9+/=_-]{20,}/g),
  patternRule("K.k3s-token", /\bK10[0-9a-f]{64}::[^\s"']{1,200}/g),
  patternRule("K.setup-token", /\b[0-9A-HJKMNP-TV-Z]{5}(?:-[0-9A-HJKMNP-TV-Z]{5}){5}\b/g, { literal: "-" }),
  patternRule("P.age", /\bAGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{20,4000}/g, { literal: "AGE-" }),
  patternRule(
    "P.secret-object",
    /((?:\\{0,8}["'])(?:data|stringData)\\{0,8}["']\s{0,20}:\s{0,20}\{)(?!\s{0,20}\})[^{}]{1,200000}/g,
    { onlyIf: /kind\\{0,8}["']\s{0,20}:\s{0,20}\\{0,8}["']Secret\\{0,8}["']/ },
  ),
  patternRule(
    "P.env-pair",
    /(\bname\\{0,8}["']?\s{0,20}:\s{0,20}\\{0,8}["']?[\w.-]{0,60}(?:passw(?:or)?d|pwd|secret|token|credential|api[_-]?key|auth[_-]?key|access[_-]?key|private[_-]?key|salt|cryptr|_pass\b)[\w.-]{0,60}\\{0,8}["']?\s{0,20},\s{0,20}\\{0,8}["']?value\\{0,8}["']?\s{0,20}:\s{0,20}\\{0,8}["']?)[^"'\\}]{1,4000}/gi,
  ),
  // '{"auths":' in base64: a pull secret.
  patternRule("P.dockerconfig", /eyJhdXRocyI6[A-Za-z0-9+/=_-]{10,}/g),
  patternRule(
    "P.url-cred",
    /\b([a-z][a-z0-9+.-]{0,30}:\/\/(?:[^\s:/@"'<>]{0,200}:)?)[^\s/"'<>\\]{1,2000}(?=@)/gi,
    { literal: "://" },
  ),
  // A password may hold a slash. What begins like a port is one, and a path with an @ follows it.
  patternRule(
    "P.url-cred-slash",
    /\b([a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/@"'<>]{0,200}:)(?!\d{1,5}(?:[/?#]|$)|\*\*\*@)(?:[^\s"'<>/\\]|\/(?!\/)){1,400}(?=@)/gi,
  ),
  patternRule(
    "P.url-encoded",
    /\b([a-z][a-z0-9+.-]{0,30}%3A%2F%2F[^\s%"']{0,200}%3A)(?:[^\s%&"']|%(?!40)){1,300}(?=%40)/gi,
  ),
  patternRule("P.dsn-tcp", /\b([A-Za-z0-9_.-]{1,60}:)[^\s:@/]{1,200}(?=@(?:tcp|unix)\()/g, { literal: "@" }),
  patternRule("P.dsn-kv", /(\b(?:password|pwd)\s{0,20}=\s{0,20})(?!["'\s])[^;"'\\&]{1,300}(?=;)/gi),
  patternRule(
    "P.query-secret",
    /((?:[?&]|\\u0026|&amp;)(?:sig|signature|x-amz-signature|x-amz-security-token|x-amz-credential|x-goog-signature|x-goog-credential|token|access_token|refresh_token|id_token|key|api_?key|code|password|secret|client_secret)=)[^&\s"'<>\\]{1,8000}/gi,
  ),
  patternRule(
    "P.auth-scheme",
    /\b((?:[Bb]earer|BEARER|[Bb]asic|BASIC|[Nn]egotiate)\s{1,20})(?=[A-Za-z._~+/-]{0,4000}[A-Z0-9=])[A-Za-z0-9._~+/=-]{8,}/g,
  ),
  patternRule(
    "P.auth-header",
    /((?:proxy-)?authorization\\{0,8}["']?\s{0,20}[:=]\s{0,20}\[?\\{0,8}["']?(?:(?:bearer|basic|negotiate|digest|token|apikey)\s{1,20})?)(?!(?:bearer|basic|negotiate|digest|token|apikey)\s)[^\s"',\\]{4,}[^"'\\]{0,8000}/gi,
  ),
  patternRule(
    "P.cookie",
    /\b((?:set-)?cookie\\{0,8}["']?\s{0,20}:\s{0,20}\[?\\{0,8}["']?)(?=[^\s;="']{1,100}=)[^"'\\]{1,16000}/gi,
  ),
  patternRule(
    "P.jwt",
    // Looks ahead over the whole word first: a beginning that has no end is then not looked at again from each "eyJ" in it.
    /(?<![\w-])(?=[\w-]+\.[\w-]+\.)([\w-]*?)\beyJ[\w-]{10,}\.[\w-]+\.[\w-]*/g,
    { literal: "eyJ" },
  ),
  patternRule("P.jwt-base64", /(?<![A-Za-z0-9+/])ZXlK[A-Za-z0-9+/_-]{40,}={0,2}/g),
  patternRule("P.github", /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{20,255})/g),
  patternRule("P.aws", /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g),
  patternRule("P.azure", /\b((?:AccountKey|SharedAccessKey)=)[A-Za-z0-9+/=]{20,200}/g),
  patternRule(
    "P.vendor",
    /\b(?:xox[abposr]-[A-Za-z0-9-]{10,250}|[sr]k_live_[A-Za-z0-9]{10,250}|SG\.[\w-]{16,64}\.[\w-]{16,64}|npm_[A-Za-z0-9]{36}|sk-[A-Za-z0-9_-]{20,250}|AIza[\w-]{35}|glpat-[\w-]{20,250}|ya29\.[\w-]{20,2000}|key-[0-9a-f]{32}|hf_[A-Za-z0-9]{30,100}|dop_v1_[0-9a-f]{64})/g,
  ),
  patternRule(
    "P.crypt-hash",
    /\$(?:1|2[abxy]|5|6|y|7|gy|argon2id?|scrypt|pbkdf2[\w-]{0,20})\$[A-Za-z0-9./$=,+-]{20,300}/g,
    { literal: "$" },
  ),
  patternRule("P.totp", /\botpauth:\/\/[^\s"'<>]{1,500}/g),
  patternRule(
    "P.ssh",
    /\b((?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-nistp\d{3}) )AAAA[0-9A-Za-z+/=]{20,4000}/g,
  ),
  patternRule(
    "P.mail-auth",
    /\b(AUTH (?:PLAIN|LOGIN|XOAUTH2) |[A-Za-z]{1,4}\d{1,6} LOGIN [^\s"]{1,200} )[^\s]{2,4000}/g,
  ),
  patternRule(
    "P.cmdline",
    /(--[a-z0-9-]{0,40}(?:password|passwd|token|secret|api-?key|credentials?|private-key|passphrase|pass)(?:=| {1,4}))(?!-)[^\s"']{1,1000}/gi,
  ),
  keyValueRule,
];

/** What people wrote about people. It stays on the appliance's own pages and leaves it with nothing. */
export const PERSONAL_RULES: readonly RedactionRule[] = [
  patternRule(
    "P.sql-literal",
    /((?:\(|,|=|~|\blike)\s{0,20}E?)'(?:[^'\\]|\\.|''){1,20000}(?:'|$)/gi,
    { onlyIf: /\b(?:insert into|update|values|delete from|select)\b/i },
  ),
  patternRule("P.sql-detail", /(\bKey \([^()]{1,300}\)=\()[^()]{1,2000}/g, { literal: "Key (" }),
];
