import assert from "node:assert/strict";
import { parse } from "yaml";
import { readChart } from "../../tools/release/helm_chart.ts";
import { readTopology } from "../../tools/release/topology.ts";
import { STANDIN_CHARTS } from "./sample_release_push.ts";

const repo = new URL("../..", import.meta.url).pathname;

Deno.test("stand-in charts say that they are none of the application's", async () => {
  const dirs = (await Array.fromAsync(Deno.readDir(`${repo}tests/charts`))).map((it) => it.name);
  assert.deepEqual(dirs.sort(), [...STANDIN_CHARTS].sort());
  for (const name of STANDIN_CHARTS) {
    const chart = await readChart(`${repo}tests/charts/${name}`);
    assert.equal(chart.name, name);
    assert.match(String(chart.meta.description), /^Stand-in for tests only/);
  }
});

Deno.test("the stand-in of alga-core makes the workloads, claims and Secrets of the real one", async () => {
  const { files } = await readChart(`${repo}tests/charts/sebastian`);
  const text = Object.entries(files).filter(([path]) => path.startsWith("templates/")).map((it) => it[1])
    .join("\n");
  for (
    const name of [
      "db",
      "redis",
      "db-credentials",
      "redis-credentials",
      '{{ include "sebastian.fullname" . }}-postgres-data',
      '{{ include "sebastian.fullname" . }}-redis-data',
      '{{ include "sebastian.fullname" . }}-storage',
      "{{ $fullname }}-bootstrap",
      "{{ $fullname }}-secrets",
    ]
  ) assert.ok(text.includes(`  name: ${name}\n`), name);
  assert.match(text, /ttlSecondsAfterFinished: 300/);
  assert.match(text, /- name: wait-for-bootstrap/);
});

Deno.test("the bootstrap script of the stand-in ends well, or as its values say", async () => {
  const { files } = await readChart(`${repo}tests/charts/sebastian`);
  const template = files["templates/bootstrap.yaml"] ?? "";
  const script =
    /appliance-bootstrap\.sh: \|\n((?: {4}.*\n|\n)+)/.exec(template)?.[1]?.replaceAll(/^ {4}/gm, "") ?? "";
  const dir = await Deno.makeTempDir({ prefix: "alga-bootstrap-" });
  try {
    await Deno.writeTextFile(`${dir}/run.sh`, script.replaceAll("/database/", `${dir}/`));
    const run = async (env: Record<string, string>) => {
      const { code, stdout } = await new Deno.Command("/bin/sh", {
        args: [`${dir}/run.sh`],
        clearEnv: true,
        env: {
          PATH: "/usr/bin:/bin",
          BOOTSTRAP_MODE: "recover",
          BOOTSTRAP_WAIT_TIMEOUT_SECONDS: "0",
          BOOTSTRAP_WAIT_RETRY_SECONDS: "0",
          STANDIN_SECONDS: "0",
          STANDIN_FAIL_WITH: "",
          ...env,
        },
      }).output();
      return { code, text: new TextDecoder().decode(stdout) };
    };
    const admin = {
      INITIAL_TENANT_NAME: "Acme",
      INITIAL_ADMIN_FIRST_NAME: "A",
      INITIAL_ADMIN_LAST_NAME: "B",
      INITIAL_ADMIN_EMAIL: "a@b.test",
      INITIAL_ADMIN_PASSWORD: "not-to-be-printed",
    };

    const early = await run(admin);
    assert.equal(early.code, 1);
    assert.match(early.text, /ERROR: PostgreSQL did not become reachable within/);

    await Deno.writeTextFile(`${dir}/postmaster.pid`, "");
    const nameless = await run({ ...admin, INITIAL_ADMIN_EMAIL: "" });
    assert.equal(nameless.code, 1);
    assert.match(
      nameless.text,
      /ERROR: INITIAL_ADMIN_EMAIL is required to create the initial appliance tenant/,
    );

    const told = await run({ ...admin, STANDIN_FAIL_WITH: "ERROR: Migration failed: no such column" });
    assert.equal(told.code, 1);
    assert.match(told.text, /^ERROR: Migration failed: no such column$/m);

    const first = await run(admin);
    assert.equal(first.code, 0);
    assert.match(first.text, /user_count=0\n[^]*Tenant created successfully\nAppliance setup completed\n$/);
    assert.doesNotMatch(first.text, /not-to-be-printed/);

    const again = await run({});
    assert.equal(again.code, 0, "a second run needs no administrator");
    assert.match(again.text, /user_count=1/);
    assert.doesNotMatch(again.text, /Tenant created/);

    const fresh = await run({ BOOTSTRAP_MODE: "fresh" });
    assert.equal(fresh.code, 1);
    assert.match(
      fresh.text,
      /ERROR: Existing application database state detected while bootstrap.mode=fresh/,
    );
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("PgBouncer's start script writes both users, quotes included, where only it can read", async () => {
  const { files } = await readChart(`${repo}flux/charts/pgbouncer`);
  const template = files["templates/config.yaml"] ?? "";
  const script = /start\.sh: \|\n((?: {4}.*\n)+)/.exec(template)?.[1]?.replaceAll(/^ {4}/gm, "") ?? "";
  const dir = await Deno.makeTempDir({ prefix: "alga-pgbouncer-" });
  try {
    await Deno.writeTextFile(
      `${dir}/start.sh`,
      script.replaceAll("/run/pgbouncer/", `${dir}/`).replace(
        "exec pgbouncer /etc/pgbouncer/pgbouncer.ini",
        "exec /usr/bin/env",
      ),
    );
    const { code, stdout } = await new Deno.Command("/bin/sh", {
      args: [`${dir}/start.sh`],
      clearEnv: true,
      env: {
        PATH: "/usr/bin:/bin",
        APP_USER: "app_user_pgbouncer",
        APP_PASSWORD: `a"b\\c $HOME`,
        ADMIN_USER: "postgres",
        ADMIN_PASSWORD: "secret",
      },
    }).output();
    assert.equal(code, 0);
    assert.equal(
      await Deno.readTextFile(`${dir}/userlist.txt`),
      `"app_user_pgbouncer" "a""b\\c $HOME"\n"postgres" "secret"\n`,
    );
    assert.equal(((await Deno.stat(`${dir}/userlist.txt`)).mode ?? 0) & 0o777, 0o600);
    assert.doesNotMatch(new TextDecoder().decode(stdout), /secret/);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("profiles and chart pin the same PgBouncer, and every key that a profile sets is one of the chart's", async () => {
  const chart = await readChart(`${repo}flux/charts/pgbouncer`);
  const defaults = parse(chart.files["values.yaml"] ?? "");
  assert.match(defaults.image.digest, /^sha256:[0-9a-f]{64}$/);
  assert.equal(defaults.image.tag, `v${chart.meta.appVersion}-p0`);
  const source = await readTopology(`${repo}flux`);
  for (const profile of ["single-node", "ha-3node"]) {
    const { namespace, ...values } = parse(
      source[`profiles/${profile}/values/pgbouncer.${profile}.yaml`] ?? "",
    );
    assert.equal(namespace, "msp");
    for (const [key, value] of Object.entries(values.image)) assert.equal(value, defaults.image[key], key);
    for (const key of Object.keys(values)) assert.ok(key in defaults, key);
    for (const key of Object.keys(values.postgres)) assert.ok(key in defaults.postgres, key);
  }
});

Deno.test("the PgBouncer chart has a line of versions that the published chart of its name never takes", async () => {
  const { name, version } = await readChart(`${repo}flux/charts/pgbouncer`);
  assert.equal(name, "pgbouncer", "releases name their charts so");
  assert.match(version, /^\d+\.\d+\.\d+-appliance\.\d+$/);
});

Deno.test("every profile tells the application and its worker that this is an appliance, as published ones do", async () => {
  const source = await readTopology(`${repo}flux`);
  for (const profile of ["single-node", "ha-3node"]) {
    for (const release of ["alga-core", "temporal-worker"]) {
      const values = parse(source[`profiles/${profile}/values/${release}.${profile}.yaml`] ?? "");
      assert.equal(values.deploymentProfile, "appliance", `${release} of ${profile}`);
    }
  }
});
