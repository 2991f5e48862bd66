import assert from "node:assert/strict";
import type { AgentError } from "../../../agent/error.ts";
import {
  requireNoPackage,
  requireRootUser,
  requireSupportedSystem,
  requireSystemd,
} from "../../../agent/install/refusals.ts";
import { PACKAGE_PLACES } from "../../../agent/install/places.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

const UBUNTU = 'PRETTY_NAME="Ubuntu 24.04.3 LTS"\nID=ubuntu\nVERSION_ID="24.04"\n';

/** What is thrown says all of these. */
const refusal = (...words: string[]) => (error: AgentError) => {
  const said = `${error.message}. ${error.hint}`;
  for (const it of words) assert.ok(said.includes(it), `${it} is not in: ${said}`);
  return error.code === "USAGE";
};

Deno.test("only root may install; others are told how", () => {
  requireRootUser(0, "install");
  assert.throws(() => requireRootUser(1000, "install"), refusal("only root", "sudo alga-agent install"));
});

Deno.test("Ubuntu 24.04 is the system that it is made for", async () => {
  await requireSupportedSystem(new FakeHost({ "/etc/os-release": UBUNTU }));
});

const OTHERS: readonly [text: string, named: string][] = [
  [
    'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n',
    '"Debian GNU/Linux 12 (bookworm)"',
  ],
  ['ID=ubuntu\nVERSION_ID="22.04"\n', '"ubuntu 22.04"'],
  ['PRETTY_NAME="Linux Mint 22"\nID=linuxmint\nID_LIKE=ubuntu\nVERSION_ID="24.04"\n', '"Linux Mint 22"'],
  ["", '"unknown"'],
];
for (const [text, named] of OTHERS) {
  Deno.test(`${named} is refused by its name, with the way to try it all the same`, async () => {
    const host = new FakeHost({ "/etc/os-release": text });
    await assert.rejects(requireSupportedSystem(host), refusal(named, "Ubuntu 24.04", "--any-system"));
  });
}

Deno.test("a system that does not say what it is is refused too", async () => {
  await assert.rejects(requireSupportedSystem(new FakeHost()), refusal("without /etc/os-release"));
});

Deno.test("without systemd nothing is installed", async () => {
  const host = new FakeHost();
  await assert.rejects(requireSystemd(host), refusal("systemd does not run this machine", "container"));
  host.folders.set("/run/systemd/system", 0o755);
  await requireSystemd(host);
});

Deno.test("what a package has brought is left to the package", async () => {
  const host = new FakeHost();
  await requireNoPackage(host, "uninstall", "sudo apt remove alga-agent");
  host.put(PACKAGE_PLACES.program, "a program");
  await assert.rejects(
    requireNoPackage(host, "uninstall", "sudo apt remove alga-agent"),
    refusal("Cannot uninstall", "Debian package", "sudo apt remove alga-agent"),
  );
});
