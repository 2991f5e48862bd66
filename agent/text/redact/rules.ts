/** One shape of credentials. Patterns are linear: tests/house/patterns_test.ts measures each. */
export interface RedactionRule {
  id: string;
  find: RegExp;
  /** What stands in its place; `$1` is what of it may be read. */
  put: string;
}

export const MASK = "***";

/**
 * Shapes of credentials, whoever wrote them. In this order: what holds others comes first, and a header's or URL's own shape
 * before the general one of key and value.
 */
export const REDACTION_RULES: readonly RedactionRule[] = [
  {
    id: "P.pem-private",
    find: /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]{0,20000}(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?/g,
    put: MASK,
  },
  { id: "K.k3s-token", find: /\bK10[0-9a-f]{64}::[^\s"']{1,200}/g, put: MASK },
  { id: "P.age", find: /\bAGE-SECRET-KEY-1[0-9A-Z]{20,100}/g, put: MASK },
  // Up to the last @ of the word: a password may hold one, or a slash. What begins like a port is one.
  {
    id: "P.url-cred",
    find:
      /\b([a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/@"'<>]{0,200}):(?!\d{1,5}(?:[/?#]|$))(?:[^\s"'<>/]|\/(?!\/)){1,400}@/gi,
    put: `$1:${MASK}@`,
  },
  {
    id: "P.dsn-tcp",
    find: /\b([A-Za-z0-9_.-]{1,60}):[^\s:@/]{1,200}@(?=(?:tcp|unix)\()/g,
    put: `$1:${MASK}@`,
  },
  {
    id: "P.query-secret",
    find:
      /([?&](?:sig|signature|x-amz-signature|x-amz-security-token|x-amz-credential|x-goog-signature|x-goog-credential|token|access_token|refresh_token|id_token|key|api_?key|code|password|secret|client_secret)=)[^&\s"'<>]{1,8000}/gi,
    put: `$1${MASK}`,
  },
  { id: "P.auth-header", find: /\b(bearer|basic|negotiate)\s+[A-Za-z0-9._~+/=-]{8,}/gi, put: `$1 ${MASK}` },
  { id: "P.cookie", find: /\b((?:set-)?cookie:\s?)[^\s;=]{1,100}=[^\s;]{1,4000}/gi, put: `$1${MASK}` },
  {
    id: "P.jwt",
    // Looks ahead over the whole word first: a beginning that has no end is then not looked at again from each "eyJ" in it.
    find: /(?<![\w-])(?=[\w-]+\.[\w-]+\.)([\w-]*?)\beyJ[\w-]{10,}\.[\w-]+\.[\w-]*/g,
    put: `$1${MASK}`,
  },
  { id: "P.github", find: /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{20,255})/g, put: MASK },
  { id: "P.aws", find: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g, put: MASK },
  { id: "P.azure", find: /\b((?:AccountKey|SharedAccessKey)=)[A-Za-z0-9+/=]{20,200}/g, put: `$1${MASK}` },
  {
    id: "P.vendor",
    find:
      /\b(?:xox[abpr]-[A-Za-z0-9-]{10,250}|[sr]k_live_[A-Za-z0-9]{10,250}|SG\.[\w-]{16,64}\.[\w-]{16,64}|npm_[A-Za-z0-9]{36}|sk-[A-Za-z0-9_-]{20,250})/g,
    put: MASK,
  },
  { id: "P.crypt-hash", find: /\$(?:1|2[aby]|5|6|y|argon2id?)\$[A-Za-z0-9./$=,+-]{20,300}/g, put: MASK },
  { id: "P.totp", find: /\botpauth:\/\/[^\s"'<>]{1,500}/g, put: MASK },
  {
    id: "P.cmdline",
    find: /(--(?:password|passwd|token|secret|api-key)[= ])(?!-)[^\s"']{1,1000}/gi,
    put: `$1${MASK}`,
  },
  {
    id: "P.key-value",
    // "token: unexpected status" is prose: the kubelet's word about a token that it could not fetch.
    find:
      /((?:password|passwd|pwd|secret|token|api[_-]?key|auth[_-]?key|credential|private[_-]?key|passphrase)[a-z0-9_]{0,60}\\?["']?\s*[:=]\s*)(?!(?<=token: )[a-z]+ [a-z])("[^"]*"|'[^']*'|\\"[^"\\]*\\"|[^\s,;&]+)/gi,
    put: `$1${MASK}`,
  },
];
