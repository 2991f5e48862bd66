import assert from "node:assert/strict";
import { bannerOf } from "../../../agent/console/banner.ts";
import { sampleDocument } from "./samples.ts";

Deno.test("bannerOf() has title, address, build, page, account, token's command, console and logs, in ASCII", () => {
  const { lines, secretLines } = bannerOf(sampleDocument());
  const text = lines.join("\n");
  for (
    const part of [
      /^Alga appliance, agent 0\.1\.0 of 2026-11-20 10:00 UTC$/m,
      /192\.168\.64\.8\/24 {2}DHCP/,
      /http:\/\/192\.168\.64\.8:8080\/ .*main way/,
      /account that was made when the system was installed/,
      /sudo alga-agent token show/,
      /sudo alga-agent console/,
      /journalctl -u alga-appliance/,
    ]
  ) assert.match(text, part);
  assert.match(text, /^[\x20-\x7e\n]*$/);
  assert.ok(!text.includes("7KQ2M"));
  assert.deepEqual(secretLines, ["Setup token: 7KQ2M-9XTRA-V4HPD-8LMNC-J3WE5-0ABCD"]);
});

Deno.test("bannerOf() has no token once somebody has signed in", () => {
  assert.deepEqual(bannerOf(sampleDocument({ token: null })).secretLines, []);
});
