import assert from "node:assert/strict";
import { browserText } from "../../../agent/access/browser_text.ts";
import { campaignCount, campaignSeed } from "../../campaign_size.ts";
import { Random } from "../../fakes/random.ts";

const WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)";

for (
  const [header, words] of [
    ["Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox 132 on Linux"],
    [
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/131.0.0.0 Safari/537.36`,
      "Chrome 131 on Windows",
    ],
    [
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/131.0.0.0 Safari/537.36 Edg/131.0.2903.51`,
      "Edge 131 on Windows",
    ],
    [
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
      "Safari 18 on Mac",
    ],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1",
      "Chrome 131 on iPhone",
    ],
    [
      `Mozilla/5.0 (Linux; Android 10; K) ${WEBKIT} Chrome/131.0.0.0 Mobile Safari/537.36`,
      "Chrome 131 on Android",
    ],
    ["curl/8.5.0", "curl 8.5.0"],
    ["Mozilla/5.0", "Mozilla 5.0"],
    ["\u202eevil\u0000", "evil"],
    ["", "unknown program"],
    [undefined, "unknown program"],
  ] as const
) {
  Deno.test(`browserText() calls ${JSON.stringify(header ?? "nothing").slice(0, 60)}… "${words}"`, () => {
    assert.equal(browserText(header), words);
  });
}

Deno.test("browserText() looks at the beginning of a header alone", () => {
  assert.equal(browserText(`Mozilla/5.0 ${"x".repeat(10_000)} Firefox/132.0`), "Mozilla 5.0");
});

Deno.test("browserText() is short and harmless whatever it is given (fuzz)", () => {
  const random = new Random(campaignSeed(9));
  for (let round = 0; round < campaignCount(2_000); round++) {
    const text = browserText(
      random.mutate(`Mozilla/5.0 (X11; Linux) ${random.text(30)} Firefox/13${random.text(9)}`),
    );
    assert.ok(text.length > 0 && text.length <= 60, `round ${round}: ${text}`);
    // deno-lint-ignore no-control-regex -- what must not be there
    assert.ok(!/[\u0000-\u001f\u202a-\u202e]/.test(text), `round ${round}`);
  }
});
