/** Words in a name whose value is a secret, in any way of writing names. */
const SECRET_WORD =
  /passw(?:or)?d|pwd|passphrase|secret|token|credential|cookie|nextauth|cryptr|salt|(?:api|auth|access|private|signing|encryption|licen[cs]e)[_-]?key|client[_-]?(?:key|certificate)|authority-data|(?:install|claim)[_-]?code|code[_-]?verifier|connection[_-]?string|session[_-]?(?:id|key)/i;
/** Words that tell something else inside longer ones ("bypass", "sessions"). */
const SECRET_END = /(?:^|[_.-])(?:pass|Pass|session|SESSION|sid|auth|AUTH)$|[_.-]PASS$|[a-z]Pass$/;
/** What is said about a secret and is none: which one, how many, how long. */
const ABOUT_SECRET =
  /(?:name|names|refs?|keyref|type|count|policy|seconds|enabled|required|namespace|expiry|expires|ttl|length|size|version)$/i;

/** Whether what stands under a name is a secret. */
export function isSecretKey(key: string): boolean {
  return (SECRET_WORD.test(key) || SECRET_END.test(key)) && !ABOUT_SECRET.test(key);
}
