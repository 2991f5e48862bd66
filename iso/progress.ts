/** Tells every tenth of a way once. */
export function tenths(say: (line: string) => void): (percent: number) => void {
  let told = 0;
  return (percent) => {
    if (percent < told + 10) return;
    told = Math.floor(percent / 10) * 10;
    say(`  ${told} %`);
  };
}
