import assert from "node:assert/strict";
import { asFields } from "../../agent/text/log_line.ts";
import { openJournalSocket } from "../../systemd/journal_socket.ts";

async function inFolder(body: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  Deno.env.set("RUNTIME_DIRECTORY", dir);
  try {
    await body(dir);
  } finally {
    Deno.env.delete("RUNTIME_DIRECTORY");
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("an entry goes to the journal's socket as one datagram of its fields, a text of two lines as one", () =>
  inFolder(async (dir) => {
    const there = Deno.listenDatagram({ transport: "unixpacket", path: `${dir}/journal` });
    const journal = openJournalSocket(`${dir}/journal`);
    await journal.send(asFields("error", "It failed\n  because\n", { operation: "setup", step: "k3s" }));
    const [bytes] = await there.receive();
    assert.equal(
      new TextDecoder().decode(bytes),
      "MESSAGE=It failed because\nPRIORITY=3\nSYSLOG_IDENTIFIER=alga-agent\nALGA_OPERATION=setup\nALGA_STEP=k3s\n",
    );
    await journal.close();
    there.close();
    assert.deepEqual([...Deno.readDirSync(dir)].map((it) => it.name), ["journal"]);
  }));

Deno.test("without the journal's socket, and without a place for its own, the caller is told", async () => {
  await assert.rejects(openJournalSocket("/nowhere").send({ MESSAGE: "x" }), /no runtime folder/);
  await inFolder(async (dir) => {
    const journal = openJournalSocket(`${dir}/journal`);
    await assert.rejects(journal.send({ MESSAGE: "x" }));
    await journal.close();
  });
});
