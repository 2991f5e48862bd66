import xterm from "@xterm/headless";
import assert from "node:assert/strict";
import { type Frame, frameOf } from "../../../agent/console/frame.ts";
import { createScreen } from "../../../agent/console/screen.ts";
import { Random } from "../../fakes/random.ts";
import { MODELS } from "./models.ts";
import { sampleDocument, sampleModel } from "./samples.ts";

const COLUMNS = 80;
const ROWS = 24;
/** Of a line of 9,600 baud: eight bits, a start and a stop. */
const BYTES_PER_SECOND = 960;

/** A terminal that does what it is sent, and what then stands on it. */
function terminal() {
  const term = new xterm.Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true });
  const write = (text: string) => new Promise<void>((resolve) => term.write(text, resolve));
  const shown = () =>
    Array.from({ length: ROWS }, (_, i) => term.buffer.active.getLine(i)?.translateToString(true) ?? "");
  return { term, write, shown, cursor: () => [term.buffer.active.cursorX, term.buffer.active.cursorY] };
}

const bytesOf = (text: string) => new TextEncoder().encode(text).length;

Deno.test("whatever frame follows whatever other, the terminal shows it, with the cursor in its place", async () => {
  const random = new Random(20_261_126);
  const names = Object.keys(MODELS);
  const { write, shown, cursor, term } = terminal();
  const screen = createScreen();
  for (let i = 0; i < 150; i++) {
    const model = MODELS[random.pick(names)];
    assert.ok(model);
    const frame = frameOf(model);
    await write(screen.draw(frame));
    assert.deepEqual(shown(), frame.lines);
    assert.deepEqual(cursor(), [frame.cursor.column, frame.cursor.row]);
    assert.equal(term.buffer.active.baseY, 0, "it has scrolled");
  }
});

Deno.test("lines of any change, longer, shorter and in the middle, come out right", async () => {
  const random = new Random(20_261_126);
  const { write, shown } = terminal();
  const screen = createScreen();
  const text = () =>
    Array.from({ length: random.below(COLUMNS) }, () => random.pick([..."ab c█"])).join("").trimEnd();
  let lines = Array.from({ length: ROWS }, text);
  for (let i = 0; i < 200; i++) {
    lines = lines.map((it) => random.next() < 0.2 ? text() : it);
    await write(screen.draw({ lines, cursor: { column: 0, row: 0 } }));
    assert.deepEqual(shown(), lines);
  }
});

Deno.test("an idle screen sends no byte", () => {
  for (const [name, model] of Object.entries(MODELS)) {
    const screen = createScreen();
    screen.draw(frameOf(model));
    assert.equal(screen.draw(frameOf(structuredClone(model))), "", name);
  }
});

Deno.test("nothing of time alone is on the screen: an hour later it is the same", () => {
  const later = sampleDocument();
  later.status.timestamp = "2026-11-21T15:02:00.000Z";
  later.revision = "other";
  const screen = createScreen();
  screen.draw(frameOf(sampleModel()));
  assert.equal(screen.draw(frameOf(sampleModel({ document: later }))), "");
});

const CHANGES: readonly [
  what: string,
  change: (it: ReturnType<typeof sampleDocument>) => void,
  maxBytes: number,
][] = [
  ["another address of the same length", (it) => it.status.urls.statusUrl = "http://192.168.64.9:8080/", 600],
  ["another sentence", (it) => it.status.rollup.message = "Installing", 40],
  ["a name server less", (it) => it.network = { ...it.network, resolvers: ["192.168.64.1"] }, 150],
];
for (const [what, change, maxBytes] of CHANGES) {
  Deno.test(`${what} costs at most ${maxBytes} bytes and does not empty the screen`, async () => {
    const screen = createScreen();
    const { write, shown } = terminal();
    await write(screen.draw(frameOf(sampleModel())));
    const document = structuredClone(sampleDocument());
    change(document);
    const frame = frameOf(sampleModel({ document }));
    const text = screen.draw(frame);
    await write(text);
    assert.deepEqual(shown(), frame.lines);
    assert.ok(bytesOf(text) > 0 && bytesOf(text) <= maxBytes, `${bytesOf(text)} bytes`);
    assert.doesNotMatch(text, new RegExp(`${String.fromCharCode(27)}\\[2J`));
  });
}

Deno.test("a letter that is typed costs a dozen bytes, a whole screen less than three seconds at 9,600 baud", () => {
  const screen = createScreen();
  const before = MODELS["a question"];
  assert.ok(before?.view.name === "question");
  screen.draw(frameOf(before));
  const after = { ...before, view: { ...before.view, text: `${before.view.text}@` } };
  assert.ok(bytesOf(screen.draw(frameOf(after))) <= 20);
  for (const [name, model] of Object.entries(MODELS)) {
    const size = bytesOf(createScreen().draw(frameOf(model)));
    assert.ok(size < 3 * BYTES_PER_SECOND, `${name}: ${size}`);
  }
});

Deno.test("after forget() the whole screen is drawn, over whatever another program has left", async () => {
  const screen = createScreen();
  const { write, shown } = terminal();
  const frame: Frame = frameOf(sampleModel());
  await write(screen.draw(frame));
  await write("\x1b[10;20H\x1b[41m[  OK  ] Started something\r\nlogin: \x1b[5;10r\x0e");
  screen.forget();
  await write(screen.draw(frame));
  assert.deepEqual(shown(), frame.lines);
});
