import assert from "node:assert/strict";
import { until } from "../until.ts";
import { type Container, FIRST_ADDRESS, LAN } from "./container.ts";
import { containerTest, install } from "./container_case.ts";
import { missingForNetplan, NETPLAN, netplanTakesOver, packNetplan } from "./netplan.ts";

const noNetplan = await missingForNetplan();
const FILE = "/etc/systemd/network/00-alga-host0.network";
const KEPT = `${LAN}.50`;

/** Waits until the link has this address and no other. */
async function has({ sh }: Container, address: string): Promise<void> {
  const addresses = () => sh("ip -4 -brief address show host0");
  await until(`only ${address}`, addresses, (it) => new RegExp(`^\\S+ +UP +${address}/24\\b[^/]*$`).test(it));
}

/** Has the agent try a fixed address, and waits until the link has it. */
async function tryOut(it: Container, address: string): Promise<void> {
  await it.sh(
    `alga-agent network set host0 --address ${address}/24 --gateway ${LAN}.1 --dns ${LAN}.2 --no-wait`,
  );
  await told(it, has(it, address));
}

const look = async ({ sh }: Container) => JSON.parse(await sh("alga-agent network show -o json"));

/** A failure says what has become of the change, too. */
async function told<T>(it: Container, work: Promise<T>): Promise<T> {
  return await work.catch(async (error) => {
    throw new Error(`${error.message}\n${JSON.stringify((await look(it)).operation)}`);
  });
}

/** Keeps what is tried, at the machine itself, once it can be kept; what was said of it. */
async function keepHere({ sh }: Container): Promise<string> {
  return await until(
    "it can be kept",
    () => sh("alga-agent network keep 2>&1; true"),
    (text) => !text.includes("are being taken up"),
  );
}

/** Waits until nothing is on trial, and the change that was has given the lock back. */
async function ended(it: Container): Promise<void> {
  await until(
    "the change has ended",
    () => look(it),
    ({ trial, operation }) => trial === null && /^(idle|done|failed)$/.test(operation.state.status),
  );
}

containerTest(
  `shut in by its unit the service follows DHCP, tries an address and takes it back after time, cut and reboot${
    noNetplan === undefined ? "; the same with netplan" : ` (not with netplan: ${noNetplan})`
  }`,
  async (it) => {
    const token = await install(it);
    await has(it, FIRST_ADDRESS);
    const moved = `${LAN}.101`;
    await it.giveOut(moved);
    await has(it, moved);
    const issue = () => it.sh("cat /etc/issue.d/alga-appliance.issue");
    await until("the login screen tells the new address", issue, (text) => text.includes(moved));
    assert.equal((await it.ask({ url: `http://${moved}:8080/healthz` })).status, 200);

    await tryOut(it, KEPT);
    const keep = () =>
      it.ask({
        url: `http://${KEPT}:8080/api/v1/network/keep`,
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: "{}",
      });
    // The link has the address some moments before the service has seen it.
    const asked = await told(
      it,
      until("it can be kept", keep, (answer) => !answer.text.includes("not-taken-up")),
    );
    assert.equal(asked.status, 202, asked.text);
    await ended(it);
    const kept = await it.sh(`cat ${FILE}`);
    assert.match(kept, new RegExp(`^Address=${KEPT}/24$`, "m"));
    assert.match(await it.sh("resolvectl dns host0"), new RegExp(`: ${LAN}\\.2$`));
    const isAsKept = async () => {
      await has(it, KEPT);
      assert.equal(await it.sh(`cat ${FILE}`), kept);
      await ended(it);
    };

    const about = (step: string) =>
      it.sh(
        `journalctl -u alga-appliance ALGA_OPERATION=network ALGA_STEP=${step} -o cat --no-pager`,
      );
    await until(
      "the journal has it",
      () => about("keep"),
      (text) => /Wait for somebody to keep them: done/.test(text),
    );
    assert.match(await about("try"), /^Change of the network: Try the new settings: done in/m);

    const said = await it.sh(
      `alga-agent network set host0 --address ${LAN}.60/24 --gateway ${LAN}.1 2>&1; true`,
    );
    assert.match(said, /Nobody kept the new settings in time/);
    await isAsKept();

    await tryOut(it, `${LAN}.70`);
    await it.cut();
    await isAsKept();

    await tryOut(it, `${LAN}.80`);
    await it.rebootedBy(() => it.sh("systemctl reboot"));
    await isAsKept();

    await it.sh("alga-agent network set host0 --dhcp --no-wait");
    await has(it, moved);
    assert.match(await keepHere(it), /Kept\./);
    if (noNetplan !== undefined) return;

    await netplanTakesOver(it);
    await has(it, moved);
    await tryOut(it, KEPT);
    await keepHere(it);
    await ended(it);
    assert.match(await it.sh("cat /etc/netplan/90-alga-host0.yaml"), new RegExp(`- ${KEPT}/24$`, "m"));
    await has(it, KEPT);
  },
  {
    files: async (_program, dir): Promise<Record<string, string>> =>
      noNetplan === undefined ? { [NETPLAN]: await packNetplan(`${dir}/netplan.tar`) } : {},
  },
);
