/** Whether a link may lead there: what comes from outside could name another scheme. */
export function isWebAddress(url: string | null | undefined): url is string {
  return typeof url === "string" && /^https?:\/\//i.test(url);
}
