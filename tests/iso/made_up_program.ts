/** A program that says of itself and lays out what the package needs, so that no compiler is in the way of tests of images. */
export async function makeUpProgram(path: string): Promise<string> {
  await Deno.writeTextFile(
    path,
    `#!/bin/sh
case "$*" in
    "version -o json") echo '{"version":"0.1.0","commit":"${
      "ab".repeat(20)
    }","builtAt":"2026-11-01T12:00:00.000Z"}' ;;
    "version --licences") echo "a licence" ;;
    "install --for-package --root "*)
        mkdir -p "$4/usr/bin" "$4/usr/share/man/man8" "$4/usr/lib/systemd/system"
        cp "$0" "$4/usr/bin/alga-agent" && chmod 755 "$4/usr/bin/alga-agent"
        echo unit > "$4/usr/lib/systemd/system/alga-appliance.service"
        echo page > "$4/usr/share/man/man8/alga-agent.8" ;;
    *) echo "not known: $*" >&2; exit 1 ;;
esac
`,
  );
  await Deno.chmod(path, 0o755);
  return path;
}
