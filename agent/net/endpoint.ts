/** Who is really asked for one registry. */
export interface Endpoint {
  registry: string;
  hostName: string;
  port: number;
  isEncrypted: boolean;
}
