/** PEM texts of a throw-away authority and what it signed; EC P-256 keys as k3s writes them. */
export interface Certificates {
  dir: string;
  caPem: string;
  adminCertificatePem: string;
  adminKeyPem: string;
  /** A user without a group, so that the server's flow control applies to it. */
  limitedCertificatePem: string;
  limitedKeyPem: string;
}

/** What is signed beside the API server and its administrator; each becomes `NAME.crt` and `NAME.key`. */
export interface MoreCertificates {
  /** More names of the API server, as openssl writes them: `IP:…`, `DNS:…`. */
  serverNames?: readonly string[];
  /** Name → subject. */
  clients?: Record<string, string>;
  /** Name → subject alternative names. */
  servers?: Record<string, readonly string[]>;
}

/** Makes a certificate authority, a server certificate for loopback and an administrator's client certificate in a folder. */
export async function makeCertificates(dir: string, more: MoreCertificates = {}): Promise<Certificates> {
  await openssl(dir, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "ca.key");
  await openssl(
    dir,
    "req",
    "-x509",
    "-new",
    "-key",
    "ca.key",
    "-days",
    "2",
    "-subj",
    "/CN=test-ca",
    "-out",
    "ca.crt",
  );
  const serverNames = [
    ...["IP:127.0.0.1", "IP:10.43.0.1", "DNS:localhost", "DNS:kubernetes", "DNS:kubernetes.default"],
    ...more.serverNames ?? [],
  ];
  const servers = { server: serverNames, ...more.servers };
  await Promise.all(
    Object.entries(servers).map(async ([name, names]) => {
      await Deno.writeTextFile(`${dir}/${name}.ext`, `subjectAltName=${names.join(",")}\n`);
      await sign(dir, name, `/CN=${name === "server" ? "kube-apiserver" : name}`, `${name}.ext`);
    }),
  );
  await Deno.writeTextFile(`${dir}/client.ext`, "basicConstraints=CA:FALSE\nextendedKeyUsage=clientAuth\n");
  const clients = { admin: "/O=system:masters/CN=admin", ...more.clients };
  await Promise.all(Object.entries(clients).map(([name, subject]) => sign(dir, name, subject, "client.ext")));
  await sign(dir, "limited", "/CN=limited", "client.ext");
  await openssl(dir, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "service-account.key");
  const read = (name: string) => Deno.readTextFile(`${dir}/${name}`);
  return {
    dir,
    caPem: await read("ca.crt"),
    adminCertificatePem: await read("admin.crt"),
    adminKeyPem: await read("admin.key"),
    limitedCertificatePem: await read("limited.crt"),
    limitedKeyPem: await read("limited.key"),
  };
}

async function sign(dir: string, name: string, subject: string, extensions: string): Promise<void> {
  await openssl(dir, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", `${name}.key`);
  await openssl(dir, "req", "-new", "-key", `${name}.key`, "-subj", subject, "-out", `${name}.csr`);
  await openssl(
    dir,
    "x509",
    "-req",
    "-in",
    `${name}.csr`,
    "-CA",
    "ca.crt",
    "-CAkey",
    "ca.key",
    "-set_serial",
    `0x${crypto.randomUUID().replaceAll("-", "")}`,
    "-days",
    "2",
    "-out",
    `${name}.crt`,
    "-extfile",
    extensions,
  );
}

async function openssl(dir: string, ...args: string[]): Promise<void> {
  const { code, stderr } = await new Deno.Command("openssl", {
    args,
    cwd: dir,
    stdout: "null",
    stderr: "piped",
  }).output();
  if (code !== 0) {
    throw new Error(`openssl ${args[0]} ended with ${code}: ${new TextDecoder().decode(stderr)}`);
  }
}
