import { csrfOf, signIn } from "./sign_in.ts";

/** What a signed-in browser without script does. */
export interface StillBrowser {
  cookie: string;
  page(path: string): Promise<string>;
  /** Sends a form as the browser does. A redirect is not followed: where it leads is part of the answer. */
  send(path: string, fields: Record<string, string>): Promise<Response>;
}

const ANSWER_MS = 30_000;

/** Signs in as {@link signIn} does. */
export async function openStillBrowser(
  url: string,
  token: () => string | Promise<string>,
): Promise<StillBrowser> {
  const cookie = await signIn(url, token);
  const page = async (path: string) => {
    const answer = await fetch(url + path, { headers: { cookie }, signal: AbortSignal.timeout(ANSWER_MS) });
    return await answer.text();
  };
  return {
    cookie,
    page,
    async send(path, fields) {
      const csrf = csrfOf(await page("/setup?live=off"));
      return await fetch(url + path, {
        method: "POST",
        redirect: "manual",
        headers: { cookie, origin: url },
        body: new URLSearchParams({ ...fields, csrf }),
        signal: AbortSignal.timeout(ANSWER_MS),
      });
    },
  };
}
