/** A test that is skipped, with the reason in its name, where something is missing on this machine. */
export function testUnless(missing: string | undefined, name: string, fn: () => void | Promise<void>): void {
  const ignore = missing !== undefined;
  Deno.test({ name: ignore ? `${name} (skipped: ${missing})` : name, ignore, fn });
}
