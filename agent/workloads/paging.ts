/** A part of a long list. */
export interface Paged<T> {
  shown: readonly T[];
  /** From 1; the last page when a later one was asked for. */
  page: number;
  pages: number;
  total: number;
}

/** One page of a list. */
export function pageOf<T>(all: readonly T[], page: number, rowsPerPage: number): Paged<T> {
  const pages = Math.max(1, Math.ceil(all.length / rowsPerPage));
  const at = Math.min(page, pages);
  return { shown: all.slice((at - 1) * rowsPerPage, at * rowsPerPage), page: at, pages, total: all.length };
}
