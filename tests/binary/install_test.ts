import assert from "node:assert/strict";
import { LOCAL_PLACES, PACKAGE_PLACES } from "../../agent/install/places.ts";
import { binaryTest } from "./binary_case.ts";
import { run } from "./program.ts";

async function withRoot(body: (root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "alga-install-" });
  try {
    await body(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const unitFile = await Deno.readTextFile(new URL("../../systemd/alga-appliance.service", import.meta.url));

await binaryTest(
  "install --root puts the whole program in place, and done twice changes nothing",
  (program) =>
    withRoot(async (root) => {
      const install = (by = program) => run(by, ["install", "--any-system", "--root", root]);
      const first = await install();
      assert.equal(first.code, 0, first.stderr);
      for (const path of Object.values(LOCAL_PLACES)) {
        assert.match(first.stderr, new RegExp(`^${path}$`, "m"));
      }
      assert.match(
        first.stdout,
        /^Open in a browser: http:\S+:8080\/\nOr encrypted: +https:\S+:8080\/ \(.+\)\nSetup token: +(\w{5}-){5}\w{5}\n$/,
      );

      assert.equal(await Deno.readTextFile(root + LOCAL_PLACES.unit), unitFile);
      assert.match(await Deno.readTextFile(root + LOCAL_PLACES.manPage), /^\.SS uninstall$/m);
      assert.match(await Deno.readTextFile(root + LOCAL_PLACES.completion), /^complete .* alga-agent$/m);
      const [here, there] = await Promise.all(
        [program, root + LOCAL_PLACES.program].map((it) => run(it, ["version"])),
      );
      assert.deepEqual(there, here);

      const again = await install(root + LOCAL_PLACES.program);
      assert.equal(again.code, 0, again.stderr);
      assert.doesNotMatch(again.stderr, /^\//m);
      assert.equal(again.stdout, first.stdout, "the token stays");

      const gone = await run(root + LOCAL_PLACES.program, ["uninstall", "--root", root]);
      assert.equal(gone.code, 0, gone.stderr);
      assert.equal((await install()).stdout, first.stdout, "the data was kept");
    }),
);

await binaryTest(
  "install refuses another system by its name and a downgrade by both versions",
  (program) =>
    withRoot(async (root) => {
      await Deno.mkdir(`${root}/etc`);
      await Deno.writeTextFile(
        `${root}/etc/os-release`,
        'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n',
      );
      const refused = await run(program, ["install", "--root", root]);
      assert.equal(refused.code, 1);
      assert.match(
        refused.stderr,
        /"Debian GNU\/Linux 12 \(bookworm\)".*Ubuntu 24\.04\nWhat to do: .*--any-system/,
      );
      assert.deepEqual([...Deno.readDirSync(root)].map((it) => it.name), ["etc"]);

      await Deno.writeTextFile(`${root}/etc/os-release`, 'ID=ubuntu\nVERSION_ID="24.04"\n');
      await Deno.mkdir(`${root}/usr/local/bin`, { recursive: true });
      const newer =
        '#!/bin/sh\necho \'{"version":"99.0.0","commit":"c","builtAt":"2030-01-01T00:00:00Z"}\'\n';
      await Deno.writeTextFile(root + LOCAL_PLACES.program, newer, { mode: 0o755 });
      const downgrade = await run(program, ["install", "--root", root]);
      assert.equal(downgrade.code, 1);
      assert.match(
        downgrade.stderr,
        /^Cannot install alga-agent 0\S+ of .*: 99\.0\.0 of .*newer\n.*--allow-downgrade/,
      );
      assert.equal(await Deno.readTextFile(root + LOCAL_PLACES.program), newer);
      assert.equal((await run(program, ["install", "--allow-downgrade", "--root", root])).code, 0);
    }),
);

await binaryTest(
  "install --for-package lays the files out as a package does, and nothing else",
  (program) =>
    withRoot(async (root) => {
      const { code, stdout, stderr } = await run(program, ["install", "--for-package", "--root", root]);
      assert.equal(code, 0, stderr);
      assert.equal(stdout, "", "a token is made on the machine, not in a package");
      const unit = await Deno.readTextFile(root + PACKAGE_PLACES.unit);
      assert.match(unit, /^ExecStart=\/usr\/bin\/alga-agent serve/m);
      assert.deepEqual([...Deno.readDirSync(root)].map((it) => it.name), ["usr"]);
    }),
);

await binaryTest(
  "install by anybody but root is refused in words",
  async (program) => {
    const args = ["--reuid=65534", "--clear-groups", program, "install", "--any-system"];
    const { code, stderr } = await run("setpriv", args);
    assert.equal(code, 1);
    assert.match(stderr, /^Cannot install: only root .*\nWhat to do: .*sudo alga-agent install$/m);
  },
  Deno.uid() === 0 ? undefined : "only root can become somebody else",
);
