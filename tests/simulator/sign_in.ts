/** The management password of every appliance of a test. */
export const MANAGEMENT_PASSWORD = "Management-7!";

/** Signs in as a browser does and gives the cookie: by the token, and then with a password chosen; later by the password. */
export async function signIn(url: string, token: () => string | Promise<string>): Promise<string> {
  const page = await (await fetch(`${url}/login`)).text();
  const isFirst = page.includes('name="token"');
  const secret = isFirst ? { token: await token() } : { password: MANAGEMENT_PASSWORD };
  const answer = await send(`${url}/login`, secret);
  const cookie = answer.headers.get("set-cookie")?.split(";")[0];
  if (!cookie) throw new Error(`Signing in gave ${answer.status}`);
  if (isFirst) await choosePassword(url, cookie);
  return cookie;
}

/** Chooses the password in a session that the token opened. */
export async function choosePassword(url: string, cookie: string): Promise<void> {
  const form = await (await fetch(`${url}/password`, { headers: { cookie } })).text();
  const fields = { csrf: csrfOf(form), password: MANAGEMENT_PASSWORD, again: MANAGEMENT_PASSWORD };
  const { status } = await send(`${url}/password`, fields, { cookie });
  if (status !== 303) throw new Error(`Choosing a password gave ${status}`);
}

/** What a form of this session is sent with; one page of the session is as good as another. */
export function csrfOf(page: string): string {
  const csrf = /name="csrf" value="([^"]+)"/.exec(page)?.[1];
  if (csrf === undefined) throw new Error(`No form is in the page: ${page}`);
  return csrf;
}

async function send(
  url: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> {
  const answer = await fetch(url, {
    method: "POST",
    redirect: "manual",
    headers: { origin: new URL(url).origin, ...headers },
    body: new URLSearchParams(fields),
  });
  await answer.body?.cancel();
  return answer;
}
