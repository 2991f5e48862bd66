import assert from "node:assert/strict";
import { until } from "../until.ts";
import { answers, containerTest, install } from "./container_case.ts";

/** Where the unit may write. "/" itself, which the journal holds open, becomes read-only in tests/vm/hardships.ts. */
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
    const said = await until("the page says so", login, (page) => /can only be read/.test(page.text), 60);
    assert.match(said.text, /may not be kept\. Check the storage[^]*name="token"/);
    const doctor = await it.run("alga-agent", "doctor");
    assert.match(doctor.stdout, /^x +Disk +\/var\/lib cannot be written/m);
    assert.equal(doctor.code, 3);
    await it.sh(`systemctl stop alga-appliance && umount ${FOLDERS} && systemctl start alga-appliance`);
    await login();
    assert.equal(await it.sh("alga-agent token show 2>/dev/null"), token);
  },
  { expected: [/^alga-agent: .*Read-only file system/] },
);
