/** A kind of attack or bad luck: files of tests that are repeated with new seeds. */
export interface CampaignPart {
  /** As it is chosen on the command line. */
  readonly name: string;
  /** What is done to the program, for `--help`. */
  readonly about: string;
  /** Its tests, and the rows of issue 10 (X1 to X15) that each of them answers for. */
  readonly files: Readonly<Record<string, readonly string[]>>;
}

/** Every part, in running order. No file is in two of them. */
export const CAMPAIGN_PARTS: readonly CampaignPart[] = [
  {
    name: "requests",
    about: "fuzzed and torn requests on real sockets",
    files: {
      "tests/binary/hostile_requests_test.ts": ["X3", "X10"],
      "tests/binary/typed_letters_test.ts": ["X10", "X14"],
      "tests/routes/app_test.ts": [],
    },
  },
  {
    name: "guesses",
    about: "wrong tokens, links that spend guesses, addresses of one network",
    files: {
      "tests/binary/token_guessing_test.ts": ["X4"],
      "tests/agent/access/source_test.ts": ["X4"],
      "tests/binary/access_test.ts": ["X4"],
      "tests/agent/access/password_test.ts": ["X4", "X6"],
      "tests/agent/access/audit_test.ts": [],
    },
  },
  {
    name: "kills",
    about: "kill -9 at every write and at random moments of a setup",
    files: {
      "tests/walk/kill_test.ts": [],
      "tests/binary/contenders_test.ts": ["X9"],
      "tests/agent/operation/kill_test.ts": [],
      "tests/agent/operation/operation_lock_test.ts": ["X9"],
    },
  },
  {
    name: "sockets",
    about: "half headers and handshakes, silent sockets, floods from one address and from many",
    files: {
      "tests/binary/front_door_test.ts": ["X3"],
      "tests/binary/tls_test.ts": ["X3", "X14"],
      "tests/binary/many_pages_test.ts": ["X14"],
    },
  },
  {
    name: "descriptors",
    about: "sign-ins, checks, a setup and live pages; no file stays open",
    files: { "tests/binary/descriptors_test.ts": ["X1"] },
  },
  {
    name: "registry",
    about: "registries and applications that lie, hang or answer without an end",
    files: {
      "tests/binary/hostile_answers_test.ts": ["X2", "X14"],
      "tests/binary/hostile_registry_test.ts": ["X2", "X7"],
      "tests/binary/trouble_test.ts": [],
      "tests/agent/registry/challenge_test.ts": ["X2"],
      "tests/agent/registry/client_test.ts": [],
    },
  },
  {
    name: "api",
    about: "endless, spoilt and arbitrary answers of the API server",
    files: {
      "tests/binary/endless_api_test.ts": ["X8"],
      "tests/binary/hostile_api_test.ts": ["X2", "X8"],
      "tests/agent/status/fuzz_test.ts": [],
      "tests/k8s/client/answer_limits_test.ts": ["X8"],
      "tests/k8s/client/json_lines_test.ts": [],
      "tests/k8s/client/kubeconfig_test.ts": [],
    },
  },
  {
    name: "damage",
    about: "damaged, missing and foreign state files",
    files: {
      "tests/binary/damaged_state_test.ts": ["X5", "X12"],
      "tests/agent/state/journal_test.ts": ["X5"],
      "tests/agent/operation/fold_operation_test.ts": [],
      "tests/agent/setup/fold_setup_test.ts": [],
      "tests/agent/setup/inputs/stored_test.ts": [],
    },
  },
  {
    name: "clocks",
    about: "a time of day that jumps ahead and back",
    files: {
      "tests/binary/clock_jump_test.ts": ["X4", "X14"],
      "tests/agent/access/access_test.ts": ["X4", "X14"],
    },
  },
  {
    name: "disks",
    about: "disks that are full before the start, at a step, and freed again",
    files: {
      "tests/binary/full_disk_test.ts": ["X6", "X14"],
      "tests/agent/state/disk_full_test.ts": ["X6"],
    },
  },
  {
    name: "files-and-links",
    about: "folders, pipes, links and torn files where a file should be",
    files: {
      "tests/agent/host/real_host_test.ts": ["X12"],
      "tests/agent/state/remove_torn_files_test.ts": [],
      "tests/agent/cli/prepare_state_test.ts": ["X12"],
    },
  },
  {
    name: "dns",
    about: "cut, filtered and missing answers, odd facts of the network",
    files: {
      "tests/binary/dns_answers_test.ts": ["X11"],
      "tests/agent/preflight/dns_checks_test.ts": ["X11"],
      "tests/agent/host/network_facts_test.ts": [],
      "tests/agent/explain/network_text_test.ts": [],
    },
  },
  {
    name: "kubernetes",
    about: "what k3s says when it does not start, and what the agent may do to the machine",
    files: {
      "tests/binary/k3s_words_test.ts": ["X15"],
      "tests/agent/explain/rules_test.ts": ["X15"],
      "tests/binary/sandbox_test.ts": ["X3", "X13"],
    },
  },
  {
    name: "texts",
    about: "credentials and invisible characters in texts from outside",
    files: {
      "tests/binary/outside_secrets_test.ts": ["X7", "X15"],
      "tests/agent/text/redact/redact_text_test.ts": ["X7"],
      "tests/agent/text/redact/redact_line_test.ts": ["X7"],
      "tests/agent/text/hidden_characters_test.ts": ["X10"],
      "tests/agent/host/unit_journal_test.ts": ["X7"],
    },
  },
];

/** The rows of issue 10. */
export const ROWS: readonly string[] = Array.from({ length: 15 }, (_, i) => `X${i + 1}`);

/** Tests in these folders run the compiled program; all others run its source. */
const COMPILED = /^tests\/(?:binary|walk)\//;

/** Rows that no part answers for, and those for which only tests of the source do. */
export function openRows(parts: readonly CampaignPart[]): { none: string[]; sourceOnly: string[] } {
  const files = parts.flatMap((it) => Object.entries(it.files));
  const rowsOf = (isMeant: (file: string) => boolean) =>
    new Set(files.filter(([file]) => isMeant(file)).flatMap(([, rows]) => rows));
  const any = rowsOf(() => true);
  const compiled = rowsOf((file) => COMPILED.test(file));
  return {
    none: ROWS.filter((it) => !any.has(it)),
    sourceOnly: ROWS.filter((it) => any.has(it) && !compiled.has(it)),
  };
}
