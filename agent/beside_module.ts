/**
 * A file that stands beside a module in the source tree, and beside the script in the compiled program. Called with the module's
 * `import.meta.url`: the compiled script, which is one for all modules, has none.
 */
export function besideModule(name: string, moduleUrl: string | undefined): URL {
  return new URL(`./${name}`, moduleUrl ?? Deno.mainModule);
}
