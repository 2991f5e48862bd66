import assert from "node:assert/strict";
import { type SetupField, SetupInputs, toFieldErrors } from "../../../../agent/setup/inputs/schema.ts";
import { Random } from "../../../fakes/random.ts";

const GIVEN = {
  appUrl: "https://psa.example.com",
  tenantName: "Example MSP",
  adminFirstName: "Maria",
  adminLastName: "Muster",
  adminEmail: "maria@example.com",
  adminPassword: "Correct-Horse-9!",
};

const LONG = "x".repeat(10_000);

/** What is accepted, and as what the first field is kept. */
const GREEN: readonly [Partial<Record<SetupField, unknown>>, unknown?][] = [
  [{ channel: "stable" }],
  [{ channel: "nightly" }],
  [{ releaseRef: "" }],
  [{ releaseRef: " 1.4.0 " }, "1.4.0"],
  [{ releaseRef: `sha256:${"a".repeat(64)}` }],
  [{ appUrl: "http://192.0.2.8:3000" }],
  [{ appUrl: "psa.example.com" }, "https://psa.example.com"],
  [{ appUrl: "psa.example.com:8443" }, "https://psa.example.com:8443"],
  [{ appUrl: " HTTP://PSA.Example.com:80/ " }, "http://psa.example.com"],
  [{ appUrl: "http://[2001:db8::1]:3000" }],
  [{ appUrl: "https://exämple.test" }, "https://xn--exmple-cua.test"],
  [{ dnsMode: "system" }],
  [{ dnsServers: "192.0.2.1, 192.0.2.2 192.0.2.1", dnsMode: "custom" }, ["192.0.2.1", "192.0.2.2"]],
  [{ dnsServers: ["192.0.2.1 "], dnsMode: "custom" }, ["192.0.2.1"]],
  [{ dnsServers: "" }, []],
  [{ proxyUrl: "" }],
  [{ proxyUrl: "http://proxy.example:3128/" }, "http://proxy.example:3128"],
  [
    { proxyUrl: "http://user:p@ss w:rd@proxy.example:3128" },
    "http://user:p%40ss%20w%3Ard@proxy.example:3128",
  ],
  [{ proxyUrl: "http://:token@proxy.example" }],
  [{ proxyUrl: "http://o'brien:p%23w@proxy.example" }],
  [{ proxyUrl: "http://CORP%5Cuser:pw@proxy.example" }],
  [{ adminEmail: "o'brien@example.com" }],
  [{ appUrl: "https://PSA.Example.com." }, "https://psa.example.com"],
  [{ appUrl: "https://psa.example.com.:8443" }, "https://psa.example.com:8443"],
  [{ noProxy: "intern.example, .corp 10.0.0.0/8,*.lan", proxyUrl: "http://proxy.example:3128" }],
  [{ publicNames: "" }],
  [{ signatures: "warn" }],
  [{ signatures: "require" }],
  [{ publicNames: " Alga.Example.com., psa alga.example.com" }, "alga.example.com, psa"],
  [{ publicNames: ["alga.example.com", "xn--mller-kva.example"] }, "alga.example.com, xn--mller-kva.example"],
  [{ publicNames: "müller.example" }, "xn--mller-kva.example"],
  [
    { noProxy: "*.müller.example, 10.0.0.7", proxyUrl: "http://p.example" },
    "*.xn--mller-kva.example, 10.0.0.7",
  ],
  [{ adminEmail: "jörg+1@müller.example" }],
  [{ appUrl: "http://192.0.2.8.:3000" }, "http://192.0.2.8:3000"],
  [{ appUrl: "https8.example.com" }, "https://https8.example.com"],
  [{ appUrl: "http://localhost:3000" }],
  [{ tenantName: "  Müller & <b>Söhne</b> 💥 " }, "Müller & <b>Söhne</b> 💥"],
  [{ adminFirstName: "Ōtomo" }],
  [{ adminLastName: "O'Neill-مثال" }],
  // Persian, Malayalam and Sinhala names are not written without their joiners.
  [{ adminLastName: "نیک\u200cفر" }],
  [{ tenantName: "ശ്രീ\u200dരാഗ് ක්\u200dෂ" }],
  [{ noProxy: "*, [2001:db8::1]:5000, 10.0.0.7:8080, a_b.example.", proxyUrl: "http://proxy.example:3128" }],
  [{ adminEmail: " Maria@Example.COM " }, "maria@example.com"],
  [{ adminPassword: "aA1!aaaa" }],
  [{ adminPassword: " Pässwörd-9💥 <script> " }],
];

/** What is refused, and the words for it. */
const RED: readonly [Partial<Record<SetupField, unknown>>, RegExp][] = [
  [{ channel: "beta" }, /Choose stable or nightly/],
  [{ channel: null }, /Choose stable or nightly/],
  [{ releaseRef: "../../token" }, /Enter a version/],
  [{ releaseRef: "a/b" }, /Enter a version/],
  [{ releaseRef: "sha256:abc" }, /Enter a version/],
  [{ releaseRef: "1.4.0 <b>" }, /Enter a version/],
  [{ releaseRef: LONG }, /Enter a version/],
  [{ appUrl: "" }, /Enter the application address/],
  [{ appUrl: undefined }, /Enter the application address/],
  [{ appUrl: "javascript:alert(1)" }, /not an address/],
  [{ appUrl: "ftp://psa.example.com" }, /must begin with http/],
  [{ appUrl: "https://psa.example.com/login" }, /without a path/],
  [{ appUrl: "https://psa.example.com/?a=b" }, /without a path/],
  [{ appUrl: "https://psa.example.com/#x" }, /without a path/],
  [{ appUrl: "https://u:p@psa.example.com" }, /must not contain a user name/],
  [{ appUrl: "https://psa example.com" }, /contains a space/],
  [{ appUrl: "https://psa\u0000.example.com" }, /a control character \(U\+0000\): type it again by hand/],
  [{ appUrl: "https://psa\u00ad.example.com" }, /an invisible character \(U\+00AD\)/],
  [{ appUrl: "https://psa\u200b.example.com" }, /an invisible character/],
  [{ appUrl: "https://psa'x.example.com" }, /only letters, digits, dots and hyphens/],
  [{ appUrl: 'https://psa"x.example.com' }, /only letters, digits, dots and hyphens/],
  [{ appUrl: "https://$(id).example.com" }, /only letters, digits, dots and hyphens/],
  [{ appUrl: "https://psa%24%28id%29.example.com" }, /only letters, digits, dots and hyphens/],
  [{ appUrl: "https://`id`.example.com" }, /only letters, digits, dots and hyphens/],
  [{ proxyUrl: "http://proxy$(id).example:3128" }, /only letters, digits, dots and hyphens in its host name/],
  [{ proxyUrl: "http://proxy\u200b.example:3128" }, /an invisible character \(U\+200B\)/],
  [
    { adminEmail: "maria\u200b@example.com" },
    /^The e-mail address contains an invisible character \(U\+200B\)/,
  ],
  [{ adminEmail: "maria@exa\u00admple.com" }, /invisible character/],
  [{ appUrl: "https://<b>" }, /not an address/],
  [{ appUrl: LONG }, /longer than 300/],
  [{ dnsMode: "public" }, /Choose system or custom/],
  [{ dnsMode: "custom", dnsServers: "" }, /Enter at least one DNS server/],
  [
    { dnsServers: "192.0.2.1 192.0.2.2" },
    /^192\.0\.2\.1, 192\.0\.2\.2 would not be used: choose "Use these instead" .*leave this field empty$/,
  ],
  [{ dnsMode: "system", dnsServers: ["192.0.2.1"] }, /would not be used/],
  [{ dnsServers: "dns.example.com" }, /"dns.example.com" is not an IPv4 address/],
  [{ dnsServers: "2001:db8::1" }, /"2001:db8::1" is an IPv6 address, which pods cannot reach/],
  [{ dnsServers: "[2001:db8::1]" }, /is an IPv6 address/],
  [{ dnsServers: "192.0.2.256" }, /not an IPv4 address/],
  [{ dnsServers: "127.0.0.53" }, /pods could not reach it/],
  [{ dnsServers: "0.0.0.0" }, /pods could not reach it/],
  [{ dnsServers: "224.0.0.1" }, /pods could not reach it/],
  [{ dnsServers: "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4" }, /at most 3/],
  [{ dnsServers: 53 }, /list of IPv4 addresses/],
  [{ dnsServers: LONG }, /not an IPv4 address/],
  [{ proxyUrl: "proxy.example:3128" }, /must begin with http/],
  [
    { proxyUrl: "http://CORP\\user:pw@proxy.example" },
    /has a "\\" in its user name or password: write it as %5C/,
  ],
  [{ proxyUrl: "http://user:pa#ss@proxy.example" }, /has a "#" .* write it as %23/],
  [{ proxyUrl: "http://user:pa/ss@proxy.example" }, /has a "\/" .* write it as %2F/],
  [{ proxyUrl: "http://user:pa?ss@proxy.example" }, /has a "\?" .* write it as %3F/],
  [{ proxyUrl: "http://user:50%off@proxy.example" }, /has a "%" .* write it as %25/],
  [{ appUrl: "https://psa..example.com" }, /has a dot too many/],
  [{ appUrl: "https://.example.com" }, /has a dot too many/],
  [{ appUrl: "https://psa.example.com.." }, /has a dot too many/],
  ...["https:/psa.example.com", "https:psa.example.com", "https//psa.example.com", "http:\\\\psa.example.com"]
    .map((
      appUrl,
    ): [{ appUrl: string }, RegExp] => [{ appUrl }, /^The address must begin with https:\/\/ or http/]),
  [{ appUrl: "192.168.1" }, /^"192\.168\.1" is not a whole IPv4 address; enter all four numbers/],
  [{ appUrl: "http://127.1:3000" }, /^"127\.1" is not a whole/],
  [{ appUrl: "http://0.0.0.0:3000" }, /^"0\.0\.0\.0" is not the address of a machine/],
  [{ appUrl: "http://[::]" }, /^"::" is not the address of a machine/],
  ...["192.168.1", "10.0.0.1-20", "10.*", "192.168.0.0/255.255.0.0"].map((noProxy): [object, RegExp] => [
    { proxyUrl: "http://proxy.example", noProxy },
    /" is not a network; write it like 10\.0\.0\.0\/8$/,
  ]),
  [{ proxyUrl: "http://proxy.example", noProxy: "https://x.example" }, /is not a host name, domain, address/],
  [{ proxyUrl: "http://proxy.example", noProxy: "a\u200bü.example" }, /^An entry is not a host name/],
  ...[
    "mailto:a@example.com",
    "a@example.com;",
    "a@example..com",
    "a@-b.example",
    "a@192.0.2.8",
    "a@[192.0.2.8]",
  ]
    .map((adminEmail): [{ adminEmail: string }, RegExp] => [{ adminEmail }, /^Enter an e-mail address like/]),
  [{ proxyUrl: "socks5://proxy.example" }, /must begin with http/],
  [{ proxyUrl: "http://proxy.example/pac" }, /must end after the host name/],
  [{ proxyUrl: "http://pro\nxy" }, /control character/],
  [{ proxyUrl: "3128" }, /is not a URL/],
  [{ proxyUrl: LONG }, /longer than 500/],
  [{ noProxy: "intern.example" }, /^The list would not be used without a proxy: enter the proxy, or leave/],
  [
    { publicNames: "https://alga.example.com" },
    /^"https:\/\/alga\.example\.com" is not a host name like alga/,
  ],
  [{ publicNames: "alga.example.com:8443" }, /without https:\/\/ and port$/],
  [{ publicNames: "psa, *.example.com" }, /^"\*\.example\.com" is not a host name/],
  [{ publicNames: "[2001:db8::1]" }, /is not a host name/],
  [{ publicNames: "al\u200bga" }, /^An entry is not a host name/],
  [{ publicNames: Array.from({ length: 21 }, (_, i) => `a${i}`) }, /^Enter at most 20 names$/],
  [{ publicNames: 7 }, /^Enter a list of host names, or nothing$/],
  [{ signatures: "off" }, /^Choose warn or require$/],
  [{ noProxy: "a;rm -rf" }, /commas between them/],
  [
    { proxyUrl: "http://proxy.example:3128", noProxy: "http://a b" },
    /^"http:\/\/a" is not a host name, domain, address or network/,
  ],
  [{ proxyUrl: "http://proxy.example:3128", noProxy: "10.0.0.0/33" }, /"10\.0\.0\.0\/33" is not/],
  [{ proxyUrl: "http://proxy.example:3128", noProxy: "a.example:99999" }, /is not a host name/],
  [{ proxyUrl: "http://proxy.example:3128", noProxy: "-a.example" }, /is not a host name/],
  [
    { adminPassword: "" },
    /^Enter the administrator's (?:first )?password|^Enter the password|^Enter a password/,
  ],
  [{ adminFirstName: "Ma\u200dria" }, /an invisible character \(U\+200D\)/],
  [{ adminFirstName: "\u200cنیک" }, /an invisible character \(U\+200C\)/],
  [{ adminFirstName: "نیک\u200c\u200cفر" }, /an invisible character \(U\+200C\)/],
  [{ noProxy: "a\nHTTP_PROXY=x" }, /commas between them/],
  [{ noProxy: LONG }, /longer than 1000/],
  [{ adminEmail: "maria" }, /like maria@example.com/],
  [{ adminEmail: "maria@example" }, /like maria@example.com/],
  [{ adminEmail: "a b@example.com" }, /like maria@example.com/],
  [{ adminEmail: "<b>@example.com" }, /like maria@example.com/],
  [{ adminEmail: `${LONG}@example.com` }, /longer than 254/],
  [{ adminPassword: "aA1!aaa" }, /at least 8 characters/],
  [{ adminPassword: "CORRECT-9!" }, /lower-case/],
  [{ adminPassword: "correct-9!" }, /upper-case/],
  [{ adminPassword: "Correct-Horse!" }, /digit/],
  [{ adminPassword: "CorrectHorse9" }, /one of ! @/],
  [{ adminPassword: "Correct-Horse-9!\u0000" }, /control character/],
  [{ adminPassword: "Correct-Horse-9!\u007f" }, /control character/],
  [{ adminPassword: "Correct-Horse-9!\ud800" }, /control character/],
  ...["\u200b", "\u00ad", "\ufeff", "\ufe0f", "\u{e0041}"].map((it): typeof RED[number] => [
    { adminPassword: `Correct-Horse${it}-9!` },
    /^The password contains an invisible character, which cannot be typed when signing in: type it by hand$/,
  ]),
  [{ adminPassword: `aA1!${LONG}` }, /longer than 200/],
  ...(["tenantName", "adminFirstName", "adminLastName"] as const).flatMap((field) =>
    [
      [{ [field]: "" }, /^Enter the /],
      [{ [field]: " \t " }, /^Enter the /],
      [{ [field]: ["a"] }, /^Enter the /],
      [{ [field]: "a\u001b[31mb" }, /contains a control character/],
      [{ [field]: "a\u202eb" }, /contains a control character/],
      [{ [field]: "a\nb" }, /contains a control character/],
      [{ [field]: "a\ud800b" }, /contains a control character/],
      ...["\u200b", "\u00ad", "\ufeff", "\ufe0f", "\u{e0041}"].map((it) => [
        { [field]: `a${it}b` },
        /^The (company|first|last) name contains an invisible character \(U\+[0-9A-F]+\): type it again by hand$/,
      ]),
      [{ [field]: LONG }, /^The .* is longer than \d+ characters/],
    ] as [Partial<Record<SetupField, unknown>>, RegExp][]
  ),
];

const shown = (given: object) => JSON.stringify(given).slice(0, 80);

for (const [given, kept] of GREEN) {
  Deno.test(`SetupInputs takes ${shown(given)}`, () => {
    const parsed = SetupInputs.parse({ ...GIVEN, ...given });
    for (const [i, [field, value]] of Object.entries(given).entries()) {
      assert.deepEqual(parsed[field as SetupField], i === 0 ? kept ?? value : value);
    }
    assert.deepEqual(SetupInputs.parse(parsed), parsed, "parsing what was parsed changes nothing");
  });
}

for (const [given, words] of RED) {
  Deno.test(`SetupInputs refuses ${shown(given)}`, () => {
    const parsed = SetupInputs.safeParse({ ...GIVEN, ...given });
    assert.ok(!parsed.success, JSON.stringify(parsed.data));
    const errors = toFieldErrors(parsed.error);
    assert.deepEqual(errors.map((it) => it.field), [Object.keys(given).at(-1)]);
    assert.match(errors[0]?.message ?? "", words);
    assert.ok((errors[0]?.message.length ?? 0) < 200);
  });
}

Deno.test("SetupInputs fills in what may be left out", () => {
  const { channel, releaseRef, dnsMode, dnsServers, proxyUrl, noProxy } = SetupInputs.parse(GIVEN);
  assert.deepEqual({ channel, releaseRef, dnsMode, dnsServers, proxyUrl, noProxy }, {
    channel: "stable",
    releaseRef: "",
    dnsMode: "system",
    dnsServers: [],
    proxyUrl: "",
    noProxy: "",
  });
});

Deno.test("SetupInputs names every missing field in words", () => {
  const parsed = SetupInputs.safeParse({});
  assert.ok(!parsed.success);
  const errors = toFieldErrors(parsed.error);
  assert.deepEqual(errors.map((it) => it.field).sort(), Object.keys(GIVEN).sort());
  for (const { message } of errors) assert.match(message, /^Enter the /);
});

Deno.test("SetupInputs refuses unknown fields by name, also those of every object", () => {
  for (const field of ["adminpassword", "constructor", "__proto__", "toString", "<b>", LONG]) {
    const given = JSON.parse(JSON.stringify(GIVEN).replace("{", `{${JSON.stringify(field)}:"x",`));
    const parsed = SetupInputs.safeParse(given);
    assert.ok(!parsed.success, field.slice(0, 20));
    const errors = toFieldErrors(parsed.error);
    assert.deepEqual(errors.map((it) => it.field), [field]);
    assert.match(errors[0]?.message ?? "", /^Unknown field/);
    assert.ok((errors[0]?.message.length ?? 0) < 100);
  }
});

Deno.test("SetupInputs refuses what is not an object", () => {
  for (const given of [null, undefined, 1, "x", [], [GIVEN], true]) {
    const parsed = SetupInputs.safeParse(given);
    assert.ok(!parsed.success);
    assert.match(toFieldErrors(parsed.error)[0]?.message ?? "", /one JSON object/);
  }
});

Deno.test("No message repeats a password or a proxy's password, whatever else is wrong", () => {
  const secrets = ["Geheim-77", "hunter2hunter2"];
  const given = [
    { adminPassword: "Geheim-77" },
    { adminPassword: "hunter2hunter2" },
    { proxyUrl: "http://u:Geheim-77@proxy.example/path" },
    { proxyUrl: "ftp://u:Geheim-77@proxy.example" },
    { proxyUrl: "u:Geheim-77" },
    { appUrl: "https://u:Geheim-77@psa.example.com" },
    { appUrl: "https://u:Geheim-77@ps<a" },
  ];
  for (const it of given) {
    const parsed = SetupInputs.safeParse({ ...GIVEN, ...it });
    if (parsed.success) continue;
    const said = JSON.stringify(toFieldErrors(parsed.error));
    for (const secret of secrets) assert.ok(!said.includes(secret), said);
  }
});

Deno.test("SetupInputs never throws, and what it takes is clean, whatever is sent", () => {
  const random = new Random(20261121);
  const fields = Object.keys(SetupInputs.shape);
  let taken = 0;
  for (let i = 0; i < 4_000; i++) {
    const given: Record<string, unknown> = { ...GIVEN };
    for (let n = random.below(4); n > 0; n--) {
      const field = random.below(20) === 0 ? random.text(8) : random.pick(fields);
      const old = String(given[field] ?? "https://x.example");
      const spoilt = old + random.pick(["\u200b", "\u00ad", "\ufe0f", "\u{e0041}", "`id`", "$(id)", '"']);
      given[field] = random.pick([random.text(30), random.mutate(old), spoilt, old, random.below(9), null, [
        random.text(9),
      ]]);
    }
    const parsed = SetupInputs.safeParse(given);
    if (!parsed.success) {
      for (const { message } of toFieldErrors(parsed.error)) {
        assert.ok(message.length > 0 && message.length < 200);
      }
      continue;
    }
    taken++;
    for (const value of Object.values(parsed.data).flat()) {
      assert.ok(
        !/[\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}]/u.test(value),
        `seed ${random.seed}, ${i}: ${JSON.stringify(value)}`,
      );
    }
    assert.match(new URL(parsed.data.appUrl).hostname, /^[a-z0-9._-]+$|^\[[0-9a-f:.]+\]$/);
  }
  assert.ok(taken > 400 && taken < 3_900, `${taken} taken`);
});
