import {
  formOf,
  LINK_FIELD_KEYS,
  LINK_FIELDS,
  LINK_METHODS,
  type LinkFieldKey,
  type LinksNow,
  meantBy,
} from "../network/link_fields.ts";
import type { Key, LinkView, Model } from "./model.ts";
import type { Pressed } from "./press.ts";

/** Longest text that is taken for one field. */
const MAX_CHARS = 200;

/** What the form begins with. */
function linksNow({ document }: Model): LinksNow {
  const { interfaces = [], gateway = null, resolvers = [] } = document?.network ?? {};
  return { links: interfaces, gateway: gateway ?? "", dnsServers: resolvers };
}

/** Rows of the form: with DHCP there is nothing to say of address and gateway. The row behind the last one sends it. */
export function linkRows({ form }: LinkView): LinkFieldKey[] {
  return LINK_FIELD_KEYS.filter((it) => form.method === "static" || it !== "address" && it !== "gateway");
}

/** What a field is chosen from; `undefined` for one that is typed. */
export function linkChoices(
  model: Model,
  field: LinkFieldKey,
): readonly { value: string; label: string }[] | undefined {
  if (field === "method") return LINK_METHODS;
  if (field === "link") return linksNow(model).links.map(({ name }) => ({ value: name, label: name }));
  return undefined;
}

/** What the form shows of a field. */
export function linkFieldText(model: Model, { form }: LinkView, field: LinkFieldKey): string {
  return linkChoices(model, field)?.find((it) => it.value === form[field])?.label ?? form[field];
}

/** The form after something was chosen; with another link, what that has. */
export function withChoice(model: Model, view: LinkView, field: LinkFieldKey, value: string): LinkView {
  return field === "link" ? linkView(model, value) : { ...view, form: { ...view.form, [field]: value } };
}

/** What is wrong with a field. */
export function linkErrorLine({ field, message }: { field: string; message: string }): string {
  const key = LINK_FIELD_KEYS.find((it) => it === field);
  return `! ${key === undefined ? field : LINK_FIELDS[key].label} ${message}`;
}

/** The form with what this link has now. */
export function linkView(model: Model, name?: string): LinkView {
  const now = linksNow(model);
  return { name: "link", form: formOf(now, name), shownDns: now.dnsServers, row: 0, errors: [] };
}

/** The form after a key; `undefined` for a key that means nothing there. */
export function pressLink(model: Model, view: LinkView, key: Key): Pressed | undefined {
  const rows = linkRows(view);
  const field = rows[view.row];
  const become = (next: Partial<LinkView>): Pressed => ({ model: { ...model, view: { ...view, ...next } } });
  const isEnter = key.name === "return" || key.name === "enter";
  if (isEnter && field === undefined) {
    return { model, intent: { type: "try-link", form: meantBy(view.form, view.shownDns) } };
  }
  if (isEnter || key.name === "down") return become({ row: Math.min(view.row + 1, rows.length) });
  if (key.name === "up") return become({ row: Math.max(view.row - 1, 0) });
  if (field === undefined) return undefined;
  const edit = (text: string) => become({ form: { ...view.form, [field]: text } });
  const text = view.form[field];
  const choices = linkChoices(model, field);
  if (choices !== undefined) {
    if (key.text !== " ") return undefined;
    const next = choices[(choices.findIndex((it) => it.value === text) + 1) % choices.length];
    return become(withChoice(model, view, field, next?.value ?? text));
  }
  if (key.isCtrl && key.name === "u") return edit("");
  if (key.name === "backspace") return edit([...text].slice(0, -1).join(""));
  if (key.text === "" || key.isCtrl || text.length >= MAX_CHARS) return undefined;
  return edit(text + key.text);
}
