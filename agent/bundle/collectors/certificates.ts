import { Buffer } from "node:buffer";
import { X509Certificate } from "node:crypto";
import { parse } from "yaml";
import { errorText } from "../../error.ts";
import { PATHS } from "../../state/paths.ts";
import type { Collector, CollectorTools } from "../collector.ts";
import { addProgram } from "../from_host.ts";

const FILE_BYTES = 256 * 1024;
/** Of k3s: beside each lies its key, which is not read. */
const K3S_FOLDER = "/var/lib/rancher/k3s/server/tls";
const REGISTRY = "ghcr.io";
const BLOCK = /-----BEGIN ([A-Z0-9 ]{1,40})-----[A-Za-z0-9+/=\s]{1,20000}-----END \1-----/g;

/** A certificate in a line: what it is for, by whom, how long. */
interface CertificateRow {
  from: string;
  subject: string;
  issuer: string;
  validFrom: string;
  validTo: string;
  fingerprint: string;
}

/** Chains as summaries; never a key. */
export const CERTIFICATES: Collector = {
  id: "net.certs",
  title: "Certificates and how long they are valid",
  async collect(tools) {
    const rows: CertificateRow[] = [];
    const add = async (from: string, read: () => Promise<string>) => {
      try {
        rows.push(...certificatesIn(await read(), from));
      } catch (error) {
        tools.missing(from, errorText(error));
      }
    };
    const text = async (path: string) => await tools.host.readText(path, { maxBytes: FILE_BYTES }) ?? "";
    await add(PATHS.siteCertificate, () => text(PATHS.siteCertificate));
    await add(
      PATHS.selfSigned,
      async () => String(JSON.parse(await text(PATHS.selfSigned) || "{}").certificate ?? ""),
    );
    await add(PATHS.kubeconfig, async () => kubeconfigCertificates(await text(PATHS.kubeconfig)));
    for (const name of await tools.host.list(K3S_FOLDER).catch(() => undefined) ?? []) {
      if (name.endsWith(".crt")) await add(`${K3S_FOLDER}/${name}`, () => text(`${K3S_FOLDER}/${name}`));
    }
    if (rows.length > 0) await tools.json("network/certificates.json", rows);
    else tools.absent("certificates");
    await addShown(tools);
  },
};

/** The chain that the registry shows, as names and times. */
async function addShown(tools: CollectorTools): Promise<void> {
  const isProxied = /^(?:https?|all)_proxy=./im.test(
    await tools.host.readText(PATHS.k3sEnvironment, { maxBytes: FILE_BYTES }).catch(() => "") ?? "",
  );
  // Through a proxy another way is gone: the check of the registry's TLS tells of it.
  if (isProxied) return tools.absent("direct way to the registry (a proxy is set)");
  await addProgram(tools, {
    path: "network/registry-certificates.txt",
    argv: ["openssl", "s_client", "-connect", `${REGISTRY}:443`, "-servername", REGISTRY],
  });
}

/** Certificates of a text in the order in which they stand. */
function certificatesIn(text: string, from: string): CertificateRow[] {
  return [...text.matchAll(BLOCK)].flatMap(([pem, label]) => {
    if (label !== "CERTIFICATE") return [];
    const { subject, issuer, validFrom, validTo, fingerprint256 } = new X509Certificate(pem);
    const line = (it: string) => it.replaceAll("\n", ", ");
    return {
      from,
      subject: line(subject),
      issuer: line(issuer),
      validFrom,
      validTo,
      fingerprint: fingerprint256,
    };
  });
}

/** Of the cluster's authority and of root's own way in, whose keys stay. */
function kubeconfigCertificates(text: string): string {
  const { clusters, users } = Object(parse(text, { maxAliasCount: 50 }));
  return [
    ...[clusters].flat().map((it) => it?.cluster?.["certificate-authority-data"]),
    ...[users].flat().map((it) => it?.user?.["client-certificate-data"]),
  ].flatMap((it) => typeof it === "string" ? Buffer.from(it, "base64").toString("latin1") : []).join("\n");
}
