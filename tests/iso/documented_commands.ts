import { sha256OfFile } from "../../tools/release_agent/checksums.ts";
import { denoTask } from "../deno_task.ts";
import { makeUpDisk } from "./image/made_up_disk.ts";
import { makeUpProgram } from "./made_up_program.ts";
import { makeSigner } from "./signer.ts";
import { makeStandInBase } from "./stand_in_base.ts";

/**
 * Commands of docs/images.md, one after the other, in a folder of their own: a stand-in of the base's name, a list signed by a
 * key of ours, a made-up program, a made-up disk. That real ones work shows tests/installation.
 */
export async function runImageCommands(commands: readonly string[]): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "alga-documents-" });
  try {
    const [base = ""] = /\S+-live-server-amd64\.iso/.exec(commands[0] ?? "") ?? [];
    await makeStandInBase(`${dir}/${base}`, {
      casper: { vmlinuz: { text: "kernel" }, initrd: { text: "initrd" } },
    });
    await Deno.writeTextFile(`${dir}/SHA256SUMS`, `${await sha256OfFile(`${dir}/${base}`)} *${base}\n`);
    const { keyring, sign } = await makeSigner(`${dir}/signer`);
    await sign(`${dir}/SHA256SUMS`);
    await Deno.writeTextFile(`${dir}/id.pub`, `ssh-ed25519 ${"A".repeat(68)} a@example.com\n`);
    const program = await makeUpProgram(`${dir}/alga-agent`);
    await makeUpDisk(`${dir}/installed.raw`);
    const given: Readonly<Record<string, string>> = {
      "/usr/share/keyrings/ubuntu-archive-keyring.gpg": keyring,
      "~/.ssh/id_ed25519.pub": `${dir}/id.pub`,
    };
    for (const command of commands) {
      const [, , task = "", ...told] = command.split(/\s+/);
      const words = told.map((it) => given[it] ?? it);
      if (task === "iso" && words[0] !== "verify") words.push("--program", program);
      const { code, said } = await denoTask([task, ...words], { dir });
      if (code !== 0) throw new Error(`${command}: ${code}: ${said}`);
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}
