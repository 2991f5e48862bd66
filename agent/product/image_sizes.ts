/** Compressed sizes of the images that take a while, by the end of their repository name. */
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

/**
 * What all images of an appliance are to download, in bytes; an estimate on the safe side, because the release does not tell
 * sizes: 1.8 GB of the application, its three workers built on the same base, database, Temporal and the rest.
 */
export const ALL_IMAGES_BYTES = 5e9;
