import { broken, podOf, snapshotOf, waiting } from "../../status/objects.ts";
import { of, type Row } from "../rule_row.ts";

const subPathPod = podOf(
  "db",
  waiting(
    "CreateContainerConfigError",
    'failed to create subPath directory for volumeMount "db-data" of container "db"',
  ),
  { claims: ["alga-core-sebastian-postgres-data"] },
);

/** Every way in which the rules of this family find something. */
export const CONFIG_ROWS: readonly Row[] = [
  {
    name: "missing secret",
    id: "cfg.missing-secret",
    red: of("alga-core", [
      podOf("alga-core", waiting("CreateContainerConfigError", 'secret "absent" not found')),
    ]),
    green: of("alga-core", [podOf("alga-core", waiting("ContainerCreating"))]),
  },
  {
    name: "missing key",
    id: "cfg.missing-secret",
    red: of("alga-core", [
      podOf("alga-core", waiting("CreateContainerConfigError", "couldn't find key a in ConfigMap NS/have")),
    ]),
    green: of("alga-core", []),
  },
  {
    name: "absent secret object",
    id: "cfg.missing-secret",
    red: snapshotOf({ ...broken("alga-core", {}), secrets: [] }),
    green: of("alga-core", []),
  },
  {
    name: "post-start hook",
    id: "cfg.container",
    red: of("redis", [
      podOf(
        "redis",
        waiting(
          "PostStartHookError",
          'Exec lifecycle hook ([sh -c exit 4]) for Container "app" in Pod "x" failed - error: command exited with 4: , message: "hook broke\\n"',
        ),
      ),
    ]),
    green: of("redis", []),
  },
  {
    name: "sub-path",
    id: "stor.subpath",
    component: "db",
    red: of("db", [subPathPod]),
    green: of("db", [podOf("db", waiting("ContainerCreating"))]),
  },
];
