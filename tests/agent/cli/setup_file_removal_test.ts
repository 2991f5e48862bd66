import assert from "node:assert/strict";
import { withStandIn } from "./stand_in_agent.ts";
import { cli } from "./terminal.ts";

const ANSWERS = `appUrl: https://psa.example.com
tenantName: Example Ltd
adminFirstName: Maria
adminLastName: Example
adminEmail: maria@example.com
adminPassword: Correct-Horse7!
`;

/** Calls setup with a file; says how it ended, what the agent was asked, and whether the file is still there. */
async function setUp({ mode = 0o600, text = ANSWERS, status = 202, isLink = false }) {
  const dir = await Deno.makeTempDir({ prefix: "alga-answers-" });
  const path = `${dir}/answers.yaml`;
  await Deno.writeTextFile(isLink ? `${dir}/other` : path, text);
  await Deno.chmod(isLink ? `${dir}/other` : path, mode);
  if (isLink) await Deno.symlink("other", path);
  let found = { code: -1, err: "", asked: [] as string[], isThere: false };
  try {
    await withStandIn(async (agent) => {
      const body = status === 202 ? {} : { title: "Setup is running" };
      agent.answers["POST /api/v1/setup"] = [{ status, body }];
      agent.answers["GET /api/v1/setup"] = [{ status: 200, body: { state: { status: "idle" } } }];
      const words = ["setup", "--from-file", path, "--remove-file", "--no-wait", "--root", agent.root];
      const { code, err } = await cli(words);
      const isThere = await Deno.lstat(path).then(() => true, () => false);
      found = { code, err, asked: agent.asked.map((it) => it.method), isThere };
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
  return found;
}

Deno.test("setup --remove-file removes the file once the agent has taken the answers", async () => {
  assert.deepEqual(await setUp({}), { code: 0, err: "", asked: ["GET", "POST"], isThere: false });
});

for (
  const [what, options, says, asked] of [
    ["that the agent refuses", { status: 409 }, /Setup is running/, ["GET", "POST"]],
    ["that others can read", { mode: 0o640 }, /Others on this machine may read.*nothing was sent/s, []],
    ["that is a link", { isLink: true }, /is a link or no file/, []],
    ["with a wrong field", { text: `${ANSWERS}adminMail: x\n` }, /Unknown field "adminMail"/, []],
  ] as const
) {
  Deno.test(`setup --remove-file keeps a file ${what}`, async () => {
    const found = await setUp(options);
    assert.match(found.err, says);
    assert.ok(!found.err.includes("Correct-Horse7!"));
    assert.notEqual(found.code, 0);
    assert.deepEqual(found.asked, asked);
    assert.ok(found.isThere);
  });
}

for (
  const [args, says] of [
    [["--remove-file", "--retry"], /names none/],
    [["--from-file", "-", "--remove-file"], /names none/],
    [["--from-file", "x", "--remove-file", "--checks-only"], /leave out --remove-file/],
  ] as const
) {
  Deno.test(`setup refuses ${args.join(" ")}`, async () => {
    const { code, err } = await cli(["setup", ...args]);
    assert.equal(code, 2);
    assert.match(err, says);
  });
}
