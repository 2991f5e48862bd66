/** Makes so much that is dropped that the engine has to look for what nobody holds. */
export function collectGarbage(): void {
  for (let i = 0; i < 40; i++) new Array<number>(1_000_000).fill(i);
}
