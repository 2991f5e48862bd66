import assert from "node:assert/strict";

const VOID = new Set(["meta", "link", "input", "br", "hr", "img", "wbr"]);
const TAG = /<(\/?)([a-z][a-z0-9-]*)((?:\s+[a-z][a-z0-9-]*(?:="[^"]*")?)*)\s*(\/?)>/g;

/** Tags in order, as "name" with its attributes. */
export interface Tag {
  name: string;
  attributes: Record<string, string>;
}

/** Reads markup strictly: every tag closed in turn, every "<" and every quote where it belongs. @throws if not */
export function parseMarkup(html: string): { tags: Tag[]; text: string } {
  const tags: Tag[] = [];
  const open: string[] = [];
  const text = html.replace(/^<!doctype html>/, "").replaceAll(TAG, (_all, slash, name, rest) => {
    if (slash === "/") {
      assert.equal(open.pop(), name, `</${name}> closes nothing`);
    } else {
      const attributes: Record<string, string> = {};
      for (const [, key = "", value = ""] of rest.matchAll(/\s+([a-z][a-z0-9-]*)(?:="([^"]*)")?/g)) {
        assert.ok(!(key in attributes), `<${name}> has "${key}" twice`);
        attributes[key] = value;
      }
      tags.push({ name, attributes });
      if (!VOID.has(name)) open.push(name);
    }
    return " ";
  });
  assert.deepEqual(open, [], "tags are left open");
  assert.ok(!text.includes("<"), `stray markup: ${text.slice(text.indexOf("<"), text.indexOf("<") + 120)}`);
  return { tags, text };
}

/** What every page has to keep. */
export function assertPage(html: string): { tags: Tag[]; text: string } {
  const { tags, text } = parseMarkup(html);
  const count = (name: string) => tags.filter((it) => it.name === name).length;
  assert.ok(html.startsWith('<!doctype html><html lang="en">'));
  for (const name of ["h1", "main", "title"]) assert.equal(count(name), 1, `${count(name)} × <${name}>`);
  for (const name of ["script", "style", "img", "iframe", "object", "base"]) {
    assert.equal(count(name), 0, name);
  }
  const banners = tags.filter((it) => it.name === "header" && it.attributes.class === "bar");
  assert.equal(banners.length, 1);
  assert.equal(count("footer"), 1);
  const ids = tags.map((it) => it.attributes.id).filter((it) => it !== undefined);
  assert.equal(new Set(ids).size, ids.length, `an id stands twice: ${ids.join()}`);
  for (const { name, attributes } of tags) {
    for (const key of Object.keys(attributes)) {
      assert.ok(key !== "style" && !key.startsWith("on"), `<${name}> has ${key}, which the policy forbids`);
    }
    const { href } = attributes;
    const isIcon = name === "link" && attributes.rel === "icon" && href?.startsWith("data:image/svg+xml,");
    if (href !== undefined && !isIcon) {
      assert.match(href, /^(\/|#|https?:\/\/)/, `<${name}> leads to ${href}`);
    }
    if (name === "button" && attributes.form !== undefined) {
      assert.ok(ids.includes(attributes.form), `no form ${attributes.form}`);
    }
    if (attributes.for !== undefined) assert.ok(ids.includes(attributes.for), `no field ${attributes.for}`);
    for (const id of (attributes["aria-describedby"] ?? "").split(" ").filter(Boolean)) {
      assert.ok(ids.includes(id), `nothing with id ${id}`);
    }
    if (href?.startsWith("#")) assert.ok(ids.includes(href.slice(1)), `${href} leads nowhere`);
  }
  const levels = tags.flatMap((it) => /^h[1-6]$/.test(it.name) ? [Number(it.name[1])] : []);
  levels.forEach((it, i) => assert.ok(it <= (levels[i - 1] ?? 0) + 1, `headings jump: ${levels.join()}`));
  assert.ok(html.length <= 30_000, `${html.length} bytes`);
  return { tags, text };
}
