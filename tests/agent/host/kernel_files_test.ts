import assert from "node:assert/strict";
import { isKernelFile, readKernelFile } from "../../../agent/host/read_kernel_file.ts";
import { RealHost } from "../../../agent/host/real_host.ts";

/** What the compiled agent has: everything it needs, but not every permission that there is. */
const PERMISSIONS = [
  "--allow-net",
  "--allow-read",
  "--allow-write",
  "--allow-run",
  "--allow-env",
  "--no-prompt",
];

Deno.test("RealHost reads /proc and /sys without every permission", async () => {
  const dir = await Deno.makeTempDir();
  const path = `${dir}/read.ts`;
  await Deno.writeTextFile(
    path,
    `
    import { RealHost } from "${new URL("../../../agent/host/real_host.ts", import.meta.url)}";
    const host = new RealHost();
    const texts = [];
    for (const path of ["/proc/meminfo", "/proc/self/status", "/proc/sys/kernel/random/boot_id", "/proc/0/stat"]) {
      texts.push(await host.readText(path) ?? null);
    }
    console.log(JSON.stringify(texts));
  `,
  );
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", ...PERMISSIONS, path],
    stdout: "piped",
    stderr: "piped",
  }).output();
  await Deno.remove(dir, { recursive: true });
  assert.ok(success, new TextDecoder().decode(stderr));
  const [memory, self, boot, absent] = JSON.parse(new TextDecoder().decode(stdout));
  assert.match(memory, /^MemTotal: /);
  assert.match(self, /^Name:\tdeno\n/, "/proc/self is the agent, not the program that reads for it");
  assert.match(boot, /^[0-9a-f-]{36}\n$/);
  assert.equal(absent, null);
});

Deno.test("readKernelFile() gives undefined for what is not there, and no more than is asked for", async () => {
  assert.equal(await readKernelFile("/proc/not-there", 100), undefined);
  assert.ok((await readKernelFile("/proc/meminfo", 100) ?? "").length <= 100);
});

Deno.test("only real paths of the kernel are read that way", async () => {
  assert.ok(isKernelFile("/proc/1/stat") && isKernelFile("/sys/fs/cgroup/cgroup.controllers"));
  assert.ok(
    !isKernelFile("/tmp/root/proc/1/stat") && !isKernelFile("/process") && !isKernelFile("/etc/hostname"),
  );
  const root = await Deno.makeTempDir();
  await Deno.mkdir(`${root}/proc`);
  await Deno.writeTextFile(`${root}/proc/meminfo`, "MemTotal: 1 kB\n");
  assert.equal(await new RealHost(root).readText("/proc/meminfo"), "MemTotal: 1 kB\n");
  await Deno.remove(root, { recursive: true });
});
