import assert from "node:assert/strict";
import { answers, containerTest, install } from "./container_case.ts";

/** Where the unit may write. Not "/" itself, which the journal holds open. */
const FOLDERS = "/etc /var/lib /opt /usr/local";
const CLOSE = `for it in ${FOLDERS}; do mount --bind $it $it && mount -o remount,bind,ro $it || exit; done`;

containerTest(
  "started on a disk that cannot be written the page answers, and all is as before once it can",
  async (it) => {
    const token = await install(it);
    const login = () => answers(it, "/login");
    await login();
    await it.sh(`systemctl stop alga-appliance && ${CLOSE}`);
    for (const path of ["/etc", "/var/lib/alga-appliance"]) {
      assert.match((await it.run("touch", `${path}/x`)).stderr, /Read-only file system/);
    }
    await it.sh("systemctl start alga-appliance");
    assert.match((await login()).text, /name="token"/);
    const doctor = await it.run("alga-agent", "doctor");
    assert.match(doctor.stdout, /^x +Disk +\/var\/lib cannot be written/m);
    assert.equal(doctor.code, 3);
    await it.sh(`systemctl stop alga-appliance && umount ${FOLDERS} && systemctl start alga-appliance`);
    await login();
    assert.equal(await it.sh("alga-agent token show 2>/dev/null"), token);
  },
);
