import assert from "node:assert/strict";
import { LOCAL_PLACES, PACKAGE_PLACES } from "../../../agent/install/places.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { cli } from "./terminal.ts";

/** A root with what an installation leaves, and k3s when that is said. */
async function withInstalled(
  body: (root: string) => Promise<void>,
  also: readonly string[] = [],
): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "alga-install-" });
  try {
    for (const path of [...Object.values(LOCAL_PLACES), PATHS.setupToken, PATHS.journalHeadCopy, ...also]) {
      await Deno.mkdir(`${root}${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
      await Deno.writeTextFile(root + path, "x");
    }
    await body(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const isThere = (path: string) => Deno.lstat(path).then(() => true, () => false);

Deno.test("uninstall removes what was installed, keeps the data and says so", () =>
  withInstalled(async (root) => {
    const { code, err } = await cli(["uninstall", "--root", root]);
    assert.equal(code, 0, err);
    for (const path of Object.values(LOCAL_PLACES)) {
      assert.equal(await isThere(root + path), false, path);
      assert.match(err, new RegExp(`^Removed ${path}$`, "m"));
    }
    assert.equal(await Deno.readTextFile(root + PATHS.setupToken), "x");
    assert.match(
      err,
      /^Kept: \/var\/lib\/alga-appliance, \/etc\/alga-appliance\. To remove them too: --purge$/m,
    );
    assert.match((await cli(["uninstall", "--root", root])).err, /^The agent is not installed here/);
  }));

for (const input of ["", "no\n", "y\n", "yes please\n"]) {
  Deno.test(`uninstall --purge that is answered by ${JSON.stringify(input)} removes nothing`, () =>
    withInstalled(async (root) => {
      const { code, err } = await cli(["uninstall", "--purge", "--root", root], { input });
      assert.equal(code, 1);
      assert.match(
        err,
        /^This goes for good:\n {2}\/var\/lib\/alga-appliance\n {2}\/etc\/alga-appliance\nType "yes"/,
      );
      assert.match(err, /^Nothing was removed\.$/m);
      for (const path of [...Object.values(LOCAL_PLACES), PATHS.setupToken]) {
        assert.ok(await isThere(root + path), path);
      }
    }));
}

for (
  const [how, args, input] of [["is answered by yes", [], "yes\n"], ["has --yes", ["--yes"], ""]] as const
) {
  Deno.test(`uninstall --purge that ${how} removes the data too, and never k3s`, () =>
    withInstalled(async (root) => {
      const { code, err } = await cli(["uninstall", "--purge", ...args, "--root", root], { input });
      assert.equal(code, 0, err);
      for (const path of [PATHS.stateDir, PATHS.configDir, LOCAL_PLACES.program]) {
        assert.equal(await isThere(root + path), false, path);
      }
      assert.match(err, /Kubernetes still runs .*: sudo \/usr\/local\/bin\/k3s-uninstall\.sh$/m);
      for (
        const path of ["/usr/local/bin/k3s-uninstall.sh", PATHS.kubeconfig, `${PATHS.localPathData}/pvc`]
      ) {
        assert.ok(await isThere(root + path), path);
      }
    }, ["/usr/local/bin/k3s-uninstall.sh", PATHS.kubeconfig, `${PATHS.localPathData}/pvc`]));
}

Deno.test("uninstall leaves what a package has brought to the package", () =>
  withInstalled(async (root) => {
    const { code, err } = await cli(["uninstall", "--root", root]);
    assert.equal(code, 1);
    assert.match(err, /comes from its Debian package\nWhat to do: .*sudo apt remove alga-agent$/m);
    assert.ok(await isThere(root + LOCAL_PLACES.program));
  }, [PACKAGE_PLACES.program]));

Deno.test("install from source is refused: the program is not whole there", () =>
  withInstalled(async (root) => {
    const { code, err } = await cli(["install", "--any-system", "--root", root]);
    assert.equal(code, 1);
    assert.match(err, /^Cannot install a run from source.*\nWhat to do: .*deno task compile/);
  }));

Deno.test("install --for-package needs a root", async () => {
  const { code, err } = await cli(["install", "--for-package"]);
  assert.equal(code, 2);
  assert.match(err, /^--for-package needs --root/);
});
