import assert from "node:assert/strict";
import { lastTelling, plainLine } from "../../../../agent/explain/rules/telling_line.ts";

/** The last lines of programs, and the one that names the cause. */
const LOGS: readonly [name: string, lines: string[], telling: string][] = [
  [
    "Node, with a stack and its version behind",
    [
      "> sebastian@1.0.0 start",
      "/app/server/index.js:14",
      "    throw err;",
      "    ^",
      "",
      "Error: Cannot find module 'pg'",
      "Require stack:",
      "- /app/server/index.js",
      "    at Module._resolveFilename (node:internal/modules/cjs/loader:1140:15)",
      "    at handleError (/app/server/errors.js:12:3) {",
      "  code: 'MODULE_NOT_FOUND',",
      "  requireStack: [ '/app/server/index.js' ]",
      "}",
      "",
      "Node.js v20.11.1",
    ],
    "Error: Cannot find module 'pg'",
  ],
  [
    "Go, a panic with goroutines",
    [
      "starting",
      "panic: runtime error: invalid memory address or nil pointer dereference",
      "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x45d]",
      "goroutine 1 [running]:",
      "main.handleError(0xc000012345)",
      "\t/src/error.go:17 +0x1d",
      "exit status 2",
    ],
    "panic: runtime error: invalid memory address or nil pointer dereference",
  ],
  [
    "Python",
    [
      "Traceback (most recent call last):",
      '  File "/app/error.py", line 3, in <module>',
      '    raise ValueError("failed")',
      "ValueError: bad port",
    ],
    "ValueError: bad port",
  ],
  [
    "PostgreSQL, which says afterwards that it shuts down",
    [
      'FATAL:  could not access file "pg_stat": No such file or directory',
      "LOG:  database system is shut down",
    ],
    'FATAL:  could not access file "pg_stat": No such file or directory',
  ],
  [
    "a stack alone, whose places speak of errors",
    ["worker is stopping", "    at handleError (/app/error.js:1:2)", "    at failed (/app/x.js:3:4)"],
    "worker is stopping",
  ],
  ["nothing of an error", ["one", "two"], "two"],
  ["nothing at all", [], ""],
];
for (const [name, lines, telling] of LOGS) {
  Deno.test(`lastTelling() of ${name} is the line that names the cause`, () => {
    assert.equal(lastTelling(lines), telling);
  });
}

for (
  const [line, plain] of [
    ['time="2026-11-21T11:59:00Z" level=fatal msg="cannot read \\"x\\""', 'cannot read "x"'],
    ['{"level":"fatal","msg":"no such table"}', "no such table"],
    ["2026-11-21 11:59:00.123 UTC [1] FATAL:  x", "UTC [1] FATAL:  x"],
    ["plain", "plain"],
  ] as const
) {
  Deno.test(`plainLine() leaves what was meant of ${line.slice(0, 40)}`, () => {
    assert.equal(plainLine(line), plain);
  });
}
