import assert from "node:assert/strict";
import { LOCAL_PLACES } from "../../../agent/install/places.ts";
import { FOLDERS, tmpfilesText } from "../../../agent/install/tmpfiles.ts";
import { testUnless } from "../../test_unless.ts";

const TMPFILES = "/usr/bin/systemd-tmpfiles";

/** A root with the file in its place, and systemd-tmpfiles over it. */
async function withRoot(body: (root: string, tmpfiles: (verb: string) => Promise<void>) => Promise<void>) {
  const root = await Deno.makeTempDir({ prefix: "alga-tmpfiles-" });
  try {
    await Deno.mkdir(`${root}/etc/tmpfiles.d`, { recursive: true });
    await Deno.writeTextFile(root + LOCAL_PLACES.tmpfiles, tmpfilesText());
    await body(root, async (verb) => {
      const args = [`--root=${root}`, verb, "alga-appliance.conf"];
      const { code, stderr } = await new Deno.Command(TMPFILES, { args }).output();
      assert.deepEqual([code, new TextDecoder().decode(stderr)], [0, ""]);
    });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const hasTmpfiles = await Deno.stat(TMPFILES).then(() => true, () => false);
const missing = Deno.uid() !== 0
  ? "only root gives folders to root"
  : hasTmpfiles
  ? undefined
  : `no ${TMPFILES}`;

testUnless(
  missing,
  "systemd-tmpfiles makes what is gone, closes what was opened, and cleans nothing up",
  () =>
    withRoot(async (root, tmpfiles) => {
      const modes = () => FOLDERS.map((it) => ((Deno.statSync(root + it).mode ?? 0) & 0o7777).toString(8));
      await tmpfiles("--create");
      assert.deepEqual(modes(), ["750", "750", "750"]);
      const journal = `${root}/var/lib/alga-appliance/journal.jsonl`;
      await Deno.writeTextFile(journal, "kept\n");
      await Deno.utime(journal, 0, 0);
      await Deno.chmod(`${root}/var/lib/alga-appliance`, 0o777);
      await Deno.remove(`${root}/etc/alga-appliance`);
      await tmpfiles("--create");
      assert.deepEqual(modes(), ["750", "750", "750"]);
      await tmpfiles("--clean");
      assert.equal(await Deno.readTextFile(journal), "kept\n");
    }),
);
