import assert from "node:assert/strict";
import { until } from "../until.ts";
import { buildDeb } from "../../tools/deb/build_deb.ts";
import type { Container } from "./container.ts";
import { answers, containerTest, install, PROGRAM, URL_HERE } from "./container_case.ts";
import { anotherBuild } from "./another_build.ts";

const repo = new URL("../..", import.meta.url).pathname;
const OLDER = "/srv/alga/older/alga-agent";
const PACKAGE = "/srv/alga/alga-agent.deb";

function aYearBefore(date: string): string {
  return `${Number(date.slice(0, 4)) - 1}${date.slice(4)}`;
}

/** When the program that serves was built. */
async function builtAt({ sh }: Container): Promise<string> {
  const pid = await sh("systemctl show alga-appliance --value --property MainPID");
  return JSON.parse(await sh(`/proc/${pid}/exe version -o json`)).builtAt;
}

/** Signs in from another machine, by the token as a browser does; gives the cookie. */
async function signIn(it: Container, token: string): Promise<string> {
  await answers(it, "/login");
  const headers = { origin: URL_HERE, "content-type": "application/x-www-form-urlencoded" };
  const answer = await it.ask({ url: `${URL_HERE}/login`, method: "POST", headers, body: `token=${token}` });
  return answer.headers["set-cookie"]?.split(";")[0] ?? assert.fail(`${answer.status} ${answer.text}`);
}

/** Who is not signed in is sent to the form. */
async function isSignedIn({ ask }: Container, cookie: string): Promise<boolean> {
  const page = () => ask({ url: `${URL_HERE}/setup`, headers: { cookie } });
  const answer = await until("the page answers", page, (it) => it.status < 500);
  return !(answer.headers.location ?? "").startsWith("/login");
}

containerTest(
  "install over a running older one keeps token and session, a downgrade is refused, uninstall keeps the data",
  async (it) => {
    const token = await install(it, OLDER);
    const older = await builtAt(it);
    const cookie = await signIn(it, token);
    assert.ok(await isSignedIn(it, cookie));
    assert.equal(await isSignedIn(it, `${cookie}x`), false);

    const said = await it.sh(`${PROGRAM} install --any-system 2>&1`);
    assert.match(said, /is installed and restarts\. What was under way goes on/);
    await until("the newer one serves", () => builtAt(it).catch(() => older), (now) => now > older);
    assert.ok(await isSignedIn(it, cookie), "the session is over");

    const refused = await it.run(OLDER, "install", "--any-system");
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /^Cannot install alga-agent .* is installed, which is newer\n.*--allow-downgrade/,
    );
    assert.ok(await builtAt(it) > older);

    const replaced = await it.sh("alga-agent token show 2>/dev/null");
    assert.notEqual(replaced, token, "a browser has sent the first one");
    const gone = await it.sh("alga-agent uninstall 2>&1");
    assert.match(gone, /^Removed \/usr\/local\/bin\/alga-agent$/m);
    assert.match(gone, /^Kept: .*\/var\/lib\/alga-appliance/m);
    assert.match(await it.sh("systemctl show alga-appliance --property LoadState"), /=not-found$/);
    assert.equal((await it.run("pgrep", "alga-agent")).code, 1, "it still runs");
    assert.equal(await install(it), replaced);
    assert.ok(await isSignedIn(it, cookie), "sessions are data");
    await it.sh("alga-agent uninstall --purge --yes");
    await it.sh("! ls -d /var/lib/alga-appliance /etc/alga-appliance /var/log/alga-appliance 2>/dev/null");
    assert.notEqual(await install(it), replaced);
  },
  {
    files: async (program, dir) => ({
      [OLDER]: await anotherBuild(program, `${dir}/older`, { word: "builtAt", to: aYearBefore }),
    }),
  },
);

containerTest(
  "the package brings the service up on a clean system, again over itself, and takes it away",
  async (it) => {
    const dpkg = (line: string) => it.sh(`DEBIAN_FRONTEND=noninteractive dpkg ${line} 2>&1`);
    await dpkg(`--install ${PACKAGE}`);
    const state = () => it.sh("systemctl is-active alga-appliance; systemctl is-enabled alga-appliance");
    await until("it runs", state, (text) => text === "active\nenabled");
    const token = await it.sh("alga-agent token show 2>/dev/null");
    const cookie = await signIn(it, token);
    await dpkg(`--install ${PACKAGE}`);
    await until("it runs", state, (text) => text === "active\nenabled");
    assert.ok(await isSignedIn(it, cookie));
    const both = await it.run(PROGRAM, "install", "--any-system");
    assert.equal(both.code, 1, "two installations side by side");
    await dpkg("--remove alga-agent");
    assert.equal((await it.run("pgrep", "alga-agent")).code, 1, "it still runs");
    await it.sh("ls /var/lib/alga-appliance/setup-token");
    await dpkg("--purge alga-agent");
    await it.sh("! ls -d /var/lib/alga-appliance 2>/dev/null");
  },
  {
    files: async (program, dir) => ({ [PACKAGE]: await buildDeb({ repo, program, dir }) }),
  },
);
