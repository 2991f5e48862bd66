/** A group of tests that runs in one go. */
export interface Suite {
  /** As it is chosen on the command line and named in the summary. */
  readonly name: string;
  /** Folders and files of tests, relative to the repository. No file is in two suites. */
  readonly paths: readonly string[];
  /** Longer than all the others together: runs only when it is asked for by name or with `--all`. */
  readonly isLong?: boolean;
  /** Its files may run side by side. */
  readonly isParallel?: boolean;
}

/** Every suite, in running order: the one list that `deno task test`, `unit`, `current` and the gate read. */
export const SUITES: readonly Suite[] = [
  {
    name: "unit and component",
    paths: [
      "tests/agent",
      "tests/k8s",
      "tests/contract",
      "tests/routes",
      "tests/views",
      "tests/flux",
      "tests/release",
      "tests/tools",
      "tests/iso",
    ],
    isParallel: true,
  },
  { name: "house", paths: ["tests/house"], isParallel: true },
  { name: "compiled binary", paths: ["tests/binary", "tests/systemd", "tests/bench"] },
  { name: "walk on the simulator", paths: ["tests/walk"], isParallel: true },
  { name: "support bundle", paths: ["tests/bundle"] },
  { name: "browser", paths: ["tests/browser"], isParallel: true },
  { name: "systemd in a container", paths: ["tests/container"], isLong: true },
  { name: "virtual machine", paths: ["tests/vm"], isLong: true },
  { name: "installation image", paths: ["tests/installation"], isLong: true },
  {
    name: "real Kubernetes API",
    paths: [
      "tests/cluster/scratch_folder_test.ts",
      "tests/cluster/requirements_test.ts",
      "tests/cluster/kube_client_real_test.ts",
      "tests/cluster/real_walk_test.ts",
      "tests/cluster/real_topology_test.ts",
      "tests/cluster/verified_source_test.ts",
      "tests/cluster/rendered_release_test.ts",
      "tests/cluster/worker_proxy_helm_test.ts",
      "tests/cluster/fleet_test.ts",
    ],
  },
  {
    name: "real node",
    paths: ["tests/cluster/node", "tests/cluster/appliance_test.ts", "tests/cluster/update_test.ts"],
    isLong: true,
  },
];
