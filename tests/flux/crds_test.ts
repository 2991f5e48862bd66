import assert from "node:assert/strict";
import { stringify } from "yaml";
import { readFluxCrds } from "../../flux/crds.ts";
import { KINDS } from "../../k8s/client/kinds.ts";
import { PATHS } from "../../agent/state/paths.ts";
import { FakeHost } from "../fakes/fake_host.ts";
import { Random } from "../fakes/random.ts";

const NAMES = Object.values(KINDS).filter((it) => it.apiVersion.includes("toolkit.fluxcd.io"))
  .map((it) => `${it.plural}.${it.apiVersion.split("/")[0]}`);

const crd = (name: string) => stringify({ kind: "CustomResourceDefinition", metadata: { name } });
const WHOLE = NAMES.map(crd).join("---\n");

const read = (text: string) => readFluxCrds(new FakeHost({ [PATHS.fluxCrdsPayload]: text }));

Deno.test("readFluxCrds() takes the image's file, definitions only, in its order", async () => {
  const crds = await read(`---\n# Flux\n${WHOLE}---\nkind: Namespace\nmetadata: {name: x}\n---\n`);
  assert.deepEqual(crds.map((it) => it.metadata.name), NAMES);
});

Deno.test("readFluxCrds() takes more than it needs, and refuses a file that lacks one", async () => {
  assert.equal(
    (await read(`${WHOLE}---\n${crd("alerts.notification.toolkit.fluxcd.io")}`)).length,
    NAMES.length + 1,
  );
  for (const name of NAMES) {
    const without = NAMES.filter((it) => it !== name).map(crd).join("---\n");
    await assert.rejects(read(without), { code: "FLUX_FAILED", message: new RegExp(`${name} missing`) });
  }
});

Deno.test("readFluxCrds() gives whole definitions or an error in words, whatever the file holds", async () => {
  const random = new Random(5);
  for (let i = 0; i < 400; i++) {
    try {
      const crds = await read(random.mutate(WHOLE));
      for (const name of NAMES) assert.ok(crds.some((it) => it.metadata.name === name));
    } catch (error) {
      assert.equal((error as { code?: string }).code, "FLUX_FAILED", `seed ${random.seed}, ${i}: ${error}`);
    }
  }
});
