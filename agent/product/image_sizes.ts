/** Compressed sizes of the images that take a while, by the end of their repository name. @see contract.md 1.4 */
const SIZE_HINTS: readonly [RegExp, string, boolean][] = [
  [/\/alga-psa-ee(?=[:@]|$)/, "1.8 GB", true],
  [/(^|\/)node(?=[:@]|$)/, "60 MB", false],
];

/** How large an image is, in words, when it is known. */
export function imageSizeHint(image: string): string | undefined {
  return SIZE_HINTS.find(([pattern]) => pattern.test(image))?.[1];
}

/** Whether a download may take more than a quarter of an hour on a slow line. */
export function isLargeImage(image: string): boolean {
  return SIZE_HINTS.find(([pattern]) => pattern.test(image))?.[2] ?? false;
}
