/** Words in a name whose value is a secret, in any way of writing names. */
const SECRET_WORD =
  /passw(?:or)?d|pwd|passphrase|secret|token|credential|cookie|nextauth|cryptr|salt|(?:api|auth|access|private|signing|encryption|licen[cs]e)[_-]?key|client[_-]?(?:key|certificate)|authority-data|(?:install|claim)[_-]?code|code[_-]?verifier|connection[_-]?string|session[_-]?(?:id|key)/i;
/** Words that tell something else inside longer ones ("bypass", "sessions"). */
const SECRET_END = /(?:^|[_.-])(?:pass|Pass|session|SESSION|sid|auth|AUTH)$|[_.-]PASS$|[a-z]Pass$/;
/** What is said about a secret and is none: which one, how many, how long. */
const ABOUT_SECRET =
  /(?:name|names|refs?|keyref|type|count|policy|seconds|enabled|required|namespace|expiry|expires|ttl|length|size|version)$/i;

/** Ids of our own rules, under which a manifest counts. */
const RULE_ID = /^[KPSX]\.[a-z0-9-]{1,30}$/;
/** Said of a secret instead of one. */
const NO_SECRET = /^(?:true|false|null|none|nil|undefined|known|unknown|missing-kind|\[left out\])(?![\w-])/i;

/** Whether a value under such a name only tells of one. */
export function isNoSecret(value: string): boolean {
  return value.length < 40 && NO_SECRET.test(value);
}

/** Whether what stands under a name is a secret. */
export function isSecretKey(key: string): boolean {
  return (SECRET_WORD.test(key) || SECRET_END.test(key)) && !ABOUT_SECRET.test(key) && !RULE_ID.test(key);
}
