import { openAccess } from "../../agent/access/mod.ts";
import type { AppDeps } from "../../routes/app_deps.ts";
import { createApp } from "../../routes/mod.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { FakeHost } from "../fakes/fake_host.ts";
import { stubDeps } from "./stub_deps.ts";

const HOST = "192.0.2.10:8080";
const FROM = { remoteAddr: "192.0.2.7" };

/** Who a browser of {@link startSignedIn} is, where requests are recorded. */
export const BROWSER = `browser ${FROM.remoteAddr}`;

/** The app of the network on stubs, asked by a browser that is signed in and by a program with the token. */
export async function startSignedIn(choice: Omit<Partial<AppDeps>, "clock" | "access"> = {}) {
  const clock = new FakeClock();
  const access = await openAccess({ host: new FakeHost(), clock });
  const deps = await stubDeps({ clock, access, ...choice });
  const app = createApp(deps);
  const { id, session } = await access.startSession();
  const cookie = { host: HOST, cookie: `alga_appliance_session=${id}` };
  const fetch = (path: string, init: RequestInit) =>
    app.fetch(new Request(`http://${HOST}${path}`, init), FROM);
  return {
    deps,
    session,
    cookie,
    get: (path: string) => fetch(path, { headers: cookie }),
    post(
      path: string,
      fields: Record<string, string> | [string, string][] = [],
      csrf = session.csrfToken,
    ) {
      const body = new URLSearchParams(fields);
      body.set("csrf", csrf);
      return fetch(path, { method: "POST", headers: cookie, body });
    },
    api(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
      const json = { authorization: `Bearer ${access.token()}`, "content-type": "application/json" };
      return fetch(path, {
        method,
        headers: { host: HOST, ...json, ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    },
  };
}
