/**
 * The rooms of the product: what each holds, and which others it may know, in types too. The table of docs/architecture.md is
 * made from this list (`deno task rooms`); imports_test.ts keeps the code to it.
 */
export interface Room {
  /** Folder, or one file. */
  path: string;
  holds: string;
  /** Rooms that it may import from. */
  knows: readonly string[];
}

/** From the faces down to words and numbers. */
export const ROOMS: readonly Room[] = [
  { path: "main.ts", holds: "argv → command", knows: ["agent/cli", "agent/text", "systemd"] },
  {
    path: "agent/cli",
    holds: "one file per subcommand; `serve.ts` puts the parts together",
    knows: [
      "routes",
      "systemd",
      "k8s",
      "agent/access",
      "agent/bundle",
      "agent/console",
      "agent/causes",
      "agent/facts",
      "agent/host",
      "agent/install",
      "agent/logs",
      "agent/net",
      "agent/network",
      "agent/observe",
      "agent/operation",
      "agent/preflight",
      "agent/product",
      "agent/recovery",
      "agent/registry",
      "agent/release",
      "agent/serving",
      "agent/settings",
      "agent/setup",
      "agent/state",
      "agent/status",
      "agent/text",
      "agent/update",
      "agent/self_update",
      "agent/tls",
      "agent/workloads",
    ],
  },
  {
    path: "routes",
    holds: "Hono apps: guards, pages, JSON",
    knows: [
      "views",
      "agent/access",
      "agent/bundle",
      "agent/console",
      "agent/causes",
      "agent/network",
      "agent/logs",
      "agent/preflight",
      "agent/settings",
      "agent/setup",
      "agent/status",
      "agent/text",
      "agent/self_update",
      "agent/update",
      "agent/workloads",
    ],
  },
  {
    path: "agent/console",
    holds: "tty1 and serial lines: what the agent tells → lines; keys → intents; two frames → bytes",
    knows: [
      "agent/access",
      "agent/host",
      "agent/network",
      "agent/operation",
      "agent/preflight",
      "agent/product",
      "agent/setup",
      "agent/state",
      "agent/status",
      "agent/text",
    ],
  },
  {
    path: "views",
    holds: "Preact + htm: props → markup, one stylesheet; of the agent it knows types, words and fields",
    knows: [
      "agent/bundle",
      "agent/access",
      "agent/causes",
      "agent/explain",
      "agent/network",
      "agent/logs",
      "agent/preflight",
      "agent/product",
      "agent/settings",
      "agent/setup",
      "agent/state",
      "agent/status",
      "agent/text",
      "agent/operation",
      "agent/self_update",
      "agent/update",
      "agent/workloads",
      "agent/trust",
    ],
  },
  {
    path: "agent/bundle",
    holds:
      "support bundle: collectors as values, one run, archive, history; what was bundled read and replayed",
    knows: [
      "agent/access",
      "agent/host",
      "agent/preflight",
      "agent/product",
      "agent/state",
      "agent/status",
      "agent/text",
      "agent/update",
      "k8s",
    ],
  },
  {
    path: "agent/workloads",
    holds:
      "workloads, pods, releases and events judged for lists and pages; a pod and its usage read on demand",
    knows: ["agent/facts", "agent/observe", "agent/product", "agent/text", "k8s"],
  },
  {
    path: "agent/logs",
    holds:
      "logs of everything: sources as streams with places, levels, filters, folding, pages, following, download",
    knows: ["agent/host", "agent/product", "agent/state", "agent/text", "k8s"],
  },
  {
    path: "agent/status",
    holds: "document, tiers, rollup, memory, service",
    knows: [
      "agent/causes",
      "agent/explain",
      "agent/facts",
      "agent/host",
      "agent/observe",
      "agent/product",
      "agent/setup",
      "agent/state",
      "agent/text",
      "agent/tls",
    ],
  },
  {
    path: "agent/explain",
    holds: "rules by family, ranking",
    knows: ["agent/causes", "agent/facts", "agent/product", "agent/text"],
  },
  {
    path: "agent/causes",
    holds: "every cause that can be named, by family, with its own words, texts, action, remedy and help",
    knows: ["agent/product", "agent/text"],
  },
  {
    path: "agent/recovery",
    holds: "releases that gave up try again once their cause is gone",
    knows: [
      "agent/facts",
      "agent/host",
      "agent/observe",
      "agent/product",
      "agent/state",
      "agent/text",
      "k8s",
    ],
  },
  {
    path: "agent/observe",
    holds: "observer: watches, projections, probes, log targets",
    knows: ["agent/facts", "agent/host", "agent/net", "agent/product", "agent/state", "agent/text", "k8s"],
  },
  {
    path: "agent/facts",
    holds: "what a snapshot says, computed once",
    knows: ["agent/product", "agent/settings", "agent/setup", "agent/text"],
  },
  {
    path: "agent/update",
    holds: "updates of the application: what a channel leads to, steps over the engine, history",
    knows: [
      "agent/host",
      "agent/net",
      "agent/operation",
      "agent/preflight",
      "agent/product",
      "agent/registry",
      "agent/release",
      "agent/settings",
      "agent/setup",
      "agent/state",
      "agent/text",
      "flux",
      "k8s",
      "agent/trust",
    ],
  },
  {
    path: "agent/self_update",
    holds:
      "updates of the agent itself: fetched and verified, put in place and judged by the program from before",
    knows: [
      "agent/host",
      "agent/install",
      "agent/net",
      "agent/operation",
      "agent/registry",
      "agent/release",
      "agent/settings",
      "agent/state",
      "agent/trust",
    ],
  },
  {
    path: "agent/network",
    holds:
      "links and addresses: what is, settings that are tried before they are kept, steps over the engine",
    knows: ["agent/host", "agent/operation", "agent/product", "agent/state", "agent/text"],
  },
  {
    path: "agent/settings",
    holds: "change of settings after setup: steps over the engine",
    knows: [
      "agent/host",
      "agent/net",
      "agent/operation",
      "agent/preflight",
      "agent/product",
      "agent/registry",
      "agent/release",
      "agent/setup",
      "agent/state",
      "agent/text",
      "flux",
      "k8s",
      "agent/trust",
    ],
  },
  {
    path: "agent/setup",
    holds: "setup: inputs, steps over the engine, journal → state",
    knows: [
      "agent/host",
      "agent/net",
      "agent/operation",
      "agent/preflight",
      "agent/product",
      "agent/registry",
      "agent/release",
      "agent/state",
      "agent/text",
      "flux",
      "k8s",
      "agent/trust",
    ],
  },
  {
    path: "agent/install",
    holds: "the agent's own files and service: put in place, upgraded, removed; manual page and completion",
    knows: ["agent/host", "agent/product", "agent/state", "agent/text"],
  },
  {
    path: "agent/operation",
    holds: "the one engine of every long operation: step, gate, obligations, lock, retry, take-over",
    knows: ["agent/host", "agent/net", "agent/state", "agent/text"],
  },
  {
    path: "agent/preflight",
    holds: "facts gathered once → checks as values, verdict",
    knows: [
      "agent/host",
      "agent/net",
      "agent/product",
      "agent/registry",
      "agent/release",
      "agent/state",
      "agent/text",
      "flux",
      "k8s",
      "agent/trust",
    ],
  },
  {
    path: "agent/trust",
    holds: "keys, signatures of releases, what was seen of them: whether one is believed",
    knows: ["agent/host", "agent/net", "agent/registry", "agent/release", "agent/state", "agent/text"],
  },
  {
    path: "agent/release",
    holds: "release manifest, its images, how a channel leads to it, values",
    knows: ["agent/product", "agent/registry"],
  },
  {
    path: "agent/registry",
    holds: "OCI registry client",
    knows: ["agent/net", "agent/text"],
  },
  {
    path: "agent/net",
    holds: "transport, proxies, DNS, downloads, certificates: the connectors of the network",
    knows: ["agent/host", "agent/text"],
  },
  {
    path: "agent/serving",
    holds: "the front door: connections accepted, counted, limited and served",
    knows: ["agent/access", "agent/text"],
  },
  {
    path: "agent/tls",
    holds: "the certificate of the pages: made, found, judged, shown",
    knows: ["agent/host", "agent/state", "agent/text"],
  },
  {
    path: "agent/access",
    holds: "token, management password, back-off, sessions, audit log",
    knows: ["agent/host", "agent/state", "agent/text"],
  },
  {
    path: "flux",
    holds: "Flux objects: controllers, definitions, source",
    knows: ["agent/host", "agent/product", "agent/state", "k8s"],
  },
  {
    path: "k8s",
    holds: "API client and watch cache · k3s · storage",
    knows: ["agent/host", "agent/product", "agent/state"],
  },
  {
    path: "agent/state",
    holds: "paths, journal and its words, JSON files",
    knows: ["agent/host", "agent/text"],
  },
  { path: "systemd", holds: "unit, sd_notify", knows: [] },
  {
    path: "agent/host",
    holds: "files, programs and network facts below one root",
    knows: ["agent/text"],
  },
  {
    path: "agent/product",
    holds: "components, tiers, names, ports, networks, pins, Helm releases, images",
    knows: [],
  },
  { path: "agent/text", holds: "durations, sentences, printable and redacted text", knows: [] },
];

/** Clock, error, reading of streams, report, signals, version and where our own files are: known to every room. */
export const WORDS = [
  "agent/beside_module.ts",
  "agent/clock.ts",
  "agent/error.ts",
  "agent/read_chunks.ts",
  "agent/report.ts",
  "agent/signals.ts",
  "agent/version.ts",
] as const;

/** Rooms that are not part of the appliance. */
export const WORKSHOPS: readonly Room[] = [
  {
    path: "iso",
    holds: "installation images: autoinstall file, payload, boot menu, remaster, records, verification",
    knows: ["agent/install", "agent/product", "agent/state", "tools", "tools/deb"],
  },
  {
    path: "iso/image",
    holds: "images of virtual machines: an installed disk made general; QCOW2, OVA, raw",
    knows: ["iso", "agent/state", "tools"],
  },
  { path: "tools/deb", holds: "the Debian package", knows: ["agent/install", "agent/product"] },
  {
    path: "tools",
    holds: "compile, gate, test runner, campaign, releases of the agent itself",
    knows: ["agent/product", "agent/trust"],
  },
  {
    path: "tools/release",
    holds: "build, push, sign, verify, promote a release",
    knows: [
      "agent/net",
      "agent/registry",
      "agent/release",
      "agent/trust",
      "agent/product",
      "agent/cli",
      "tools",
    ],
  },
];

/** Files that may touch files, sockets and processes, each with what for. Everything below agent/host may. */
export const CONNECTORS: Readonly<Record<string, string>> = {
  "main.ts": "standard streams",
  "agent/net/transport.ts": "HTTP by way of proxies and chosen name servers",
  "agent/net/dns_query.ts": "DNS over UDP and TCP",
  "agent/net/proxy_connect.ts": "CONNECT",
  "agent/net/try_connect.ts": "whether a connection opens",
  "agent/net/peer_certificate.ts": "TLS",
  "agent/net/ask_untrusted.ts": "TLS without trust",
  "agent/observe/http_probe.ts": "HTTP to the application",
  "agent/cli/listen.ts": "the agent's port and socket",
  "agent/cli/agent_client.ts": "the agent's socket",
  "agent/cli/do_answer.ts": "the agent's own port and socket",
  "agent/cli/licences.ts": "licences inside the program",
  "agent/serving/serve_connection.ts": "HTTP on a connection that was accepted",
  "agent/cli/write_output.ts": "a file named on the command line",
  "agent/cli/open_input.ts": "a bundle named on the command line",
  "agent/serving/tls_relay.ts": "TLS of a connection that was accepted",
  "agent/cli/full_terminal.ts": "the terminal as a whole screen",
  "agent/cli/options.ts": "paths named on the command line lie where the caller says",
  "agent/cli/input_file.ts":
    "permissions of a file named on the command line, and its removal when asked for",
  "k8s/client/kube_http.ts": "HTTP to the Kubernetes API",
  "k8s/connect_kube.ts": "a kubeconfig named on the command line",
  "flux/crds.ts": "definitions inside the program",
  "views/stylesheet.ts": "the stylesheet inside the program",
  "systemd/unit_text.ts": "the unit file inside the program",
  "systemd/own_socket.ts": "the socket from which systemd is told",
};

/** The table of docs/architecture.md. */
export function roomsTable(): string {
  const rows = [...ROOMS, ...WORKSHOPS].map(({ path, holds, knows }) => [
    `\`${path}\``,
    holds,
    knows.map((it) => `\`${it}\``).join(", ") || "nothing of the others",
  ]);
  const all = [["room", "holds", "may know"], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => [...(row[column] ?? "")].length)));
  const line = (row: string[]) =>
    `| ${row.map((cell, i) => cell + " ".repeat((widths[i] ?? 0) - [...cell].length)).join(" | ")} |`;
  const rule = `| ${widths.map((it) => "-".repeat(it)).join(" | ")} |`;
  return [line(all[0] ?? []), rule, ...rows.map(line)].join("\n");
}

if (import.meta.main) {
  const path = new URL("../../docs/architecture.md", import.meta.url);
  const text = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, text.replace(/\| room[^]*?\n(?=\n)/, `${roomsTable()}\n`));
}
