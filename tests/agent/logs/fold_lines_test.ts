import assert from "node:assert/strict";
import { cleanLine } from "../../../agent/logs/clean_line.ts";
import { foldLines, levelOf } from "../../../agent/logs/fold_lines.ts";
import { AT_MS, rawLine, redactionOf } from "./made_up.ts";

function folded(text: string, msApart = 0): [string, number][] {
  const file = redactionOf().file();
  const lines = text.split("\n").map((it, i) => cleanLine(rawLine(it, AT_MS + i * msApart), file));
  return foldLines("s", lines).map((it) => [it.head.text, it.rest.length]);
}

Deno.test("a trace of Node is one entry", () => {
  assert.deepEqual(
    folded(`starting
TypeError: Cannot read properties of undefined
    at run (/app/dist/x.js:1:2)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5) {
  code: 'ECONNREFUSED'
}
listening`),
    [["starting", 0], ["TypeError: Cannot read properties of undefined", 4], ["listening", 0]],
  );
});

Deno.test("a panic of Go is one entry", () => {
  assert.deepEqual(
    folded(`panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x1]

goroutine 1 [running]:
main.(*server).run(0x0)
\t/src/main.go:12 +0x1d
main.main()
\t/src/main.go:5 +0x2a
exit status 2`),
    [["panic: runtime error: invalid memory address or nil pointer dereference", 8]],
  );
});

Deno.test("a trace of Java is one entry", () => {
  assert.deepEqual(
    folded(`Exception in thread "main" java.lang.IllegalStateException: closed
\tat a.b.C.d(C.java:1)
Caused by: java.io.IOException: gone
\t... 3 more
next`),
    [['Exception in thread "main" java.lang.IllegalStateException: closed', 3], ["next", 0]],
  );
});

Deno.test("a traceback of Python is one entry, with those it was thrown during, below the error that tells of it", () => {
  const trace = `Traceback (most recent call last):
  File "/app/x.py", line 3, in run
    work()
    ~~~~^^
ValueError: no`;
  assert.deepEqual(
    folded(`INFO: begin
${trace}

During handling of the above exception, another exception occurred:

${trace}
app.errors.Busy: held
INFO: next`),
    [["INFO: begin", 0], ["Traceback (most recent call last):", 12], ["app.errors.Busy: held", 0], [
      "INFO: next",
      0,
    ]],
  );
  assert.deepEqual(folded(`ERROR:root:failed\n${trace}\nnext`), [["ERROR:root:failed", 5], ["next", 0]]);
  assert.deepEqual(folded(`${trace.replace("ValueError: no", "KeyboardInterrupt")}\nnext`), [
    ["Traceback (most recent call last):", 4],
    ["next", 0],
  ]);
});

Deno.test("lines that say their level begin something, and so do lines of another time", () => {
  assert.deepEqual(folded("ERROR: one\nERROR: two"), [["ERROR: one", 0], ["ERROR: two", 0]]);
  assert.deepEqual(folded("one\n    two", 60_000), [["one", 0], ["    two", 0]]);
});

Deno.test("an entry is as bad as what stands in it says", () => {
  const file = redactionOf().file();
  const [entry] = foldLines("s", ["run:", "  ERROR: broken"].map((it) => cleanLine(rawLine(it), file)));
  assert.equal(entry && levelOf(entry), "error");
});
