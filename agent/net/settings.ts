/** How requests leave the machine. */
export interface NetworkSettings {
  /** Servers to ask instead of the machine's resolver; empty = the machine's. */
  dnsServers: readonly string[];
  /** Port of those servers; 53 unless the caller's network is unusual. */
  dnsPort?: number;
  /** HTTP proxy URL with credentials, if any. */
  proxyUrl?: string;
  noProxy?: readonly string[];
  /** Extra trusted certificates, PEM. */
  caCerts?: readonly string[];
}
