/** Part of every text that some rule could find something in: most texts have none of it, and are left as they are. */
const MAY_HOLD =
  /:\/\/|%3A%2F|[?&$]|u0026|--|@|eyJ|ZXlK|LS0t|K10|gh[pousr]_|github_pat|AKIA|ASIA|xox|k_live_|SG\.|npm_|sk-|AIza|glpat|ya29|key-|hf_|dop_v1|AGE-SECRET|[0-9A-Z]{5}-[0-9A-Z]{5}-|bearer|basic|negotiate|authorization|"auth|cookie|passw|pwd|pass\b|secret|token|key|credential|passphrase|salt|cryptr|nextauth|session|sid\b|auth\b|code|connection.?string|client.?cert|authority-data|ssh-|ecdsa-|AUTH |LOGIN /i;

/** Whether any rule may find something in a line. */
export function mayHold(line: string): boolean {
  return MAY_HOLD.test(line);
}
