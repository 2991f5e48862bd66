/** With a full stop: messages and hints of errors have none. Nothing stays nothing. */
export function sentence(text: string): string {
  return text === "" || /[.!?…]$/.test(text) ? text : `${text}.`;
}
