import assert from "node:assert/strict";
import { readMade } from "../../bundle/keep_bundle.ts";
import { mortalCommand } from "../../mortal_command.ts";

/** A disk that only the command sees, with a log of k3s' settings on it, full to its last block or read-only. */
const DISKS = {
  "a disk that is full": "dd if=/dev/zero of=$0/fill bs=4096 2>/dev/null; ! echo more > $0/more 2>/dev/null",
  "a disk that is read-only": "mount -o remount,ro $0; ! echo more > $0/more 2>/dev/null",
} as const;
const cwd = new URL("../../..", import.meta.url).pathname;
const canMount = Deno.uid() === 0 &&
  await new Deno.Command("unshare", {
    args: ["--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
    stderr: "null",
  })
    .output().then((it) => it.success, () => false);

for (const [name, spoil] of Object.entries(DISKS)) {
  Deno.test({
    name: `a bundle of ${name} is whole, and nothing was written${
      canMount ? "" : " (skipped: a mount namespace is not allowed here)"
    }`,
    ignore: !canMount,
    async fn() {
      const root = await Deno.makeTempDir({ prefix: "alga-disk-" });
      try {
        const script = [
          "mount -t tmpfs -o size=256k tmpfs $0",
          "mkdir -p $0/etc/rancher/k3s $0/var/lib/alga-appliance",
          "echo 'write-kubeconfig-mode: 600' > $0/etc/rancher/k3s/config.yaml",
          spoil,
          '"$@"; code=$?; echo left: $(ls $0) >&2; exit $code',
        ].join(" && ");
        const program = [Deno.execPath(), "run", "-A", "--no-check", "--quiet", "--unstable-net", "main.ts"];
        const { code, stdout, stderr } = await mortalCommand("unshare", [
          ...["--mount", "sh", "-c", script, root],
          ...program,
          ...["bundle", "--output", "-", "--root", root],
        ], { cwd, stdout: "piped", stderr: "piped" }).output();
        const said = new TextDecoder().decode(stderr);
        assert.ok(code === 0 || code === 4, said);
        const bundle = await readMade(new Blob([stdout]).stream());
        for (const path of ["summary.md", "manifest.json", "replay/evidence.json", "kube/k3s-config.yaml"]) {
          assert.ok(bundle.files.has(path), path);
        }
        assert.equal(bundle.manifest.endedEarly, undefined);
        assert.match(said, /^left: etc (?:fill more )?var$/m);
      } finally {
        await Deno.remove(root, { recursive: true });
      }
    },
  });
}
