import * as z from "zod";

/** What CycloneDX 1.6 asks of the parts that we write. @see https://cyclonedx.org/docs/1.6/json/ */
const Hash = z.union([
  z.strictObject({ alg: z.literal("SHA-256"), content: z.string().regex(/^[0-9a-f]{64}$/) }),
  z.strictObject({ alg: z.literal("SHA-512"), content: z.string().regex(/^[0-9a-f]{128}$/) }),
]);
const Licence = z.union([
  z.strictObject({ license: z.strictObject({ id: z.string().min(1) }) }),
  z.strictObject({ expression: z.string().min(1) }),
]);
const Component = z.strictObject({
  type: z.enum(["application", "library", "platform", "data", "file"]),
  "bom-ref": z.string().min(1),
  group: z.string().min(1).optional(),
  name: z.string().min(1),
  version: z.string().min(1).optional(),
  description: z.string().optional(),
  purl: z.string().regex(/^pkg:[a-z]+\/[^@\s]+@[^@\s]+$/).optional(),
  cpe: z.string().regex(/^cpe:2\.3:a(:[^:]+){10}$/).optional(),
  licenses: z.array(Licence).min(1).optional(),
  hashes: z.array(Hash).min(1).optional(),
  properties: z.array(z.strictObject({ name: z.string(), value: z.string() })).optional(),
  get components(): z.ZodOptional<z.ZodArray<z.ZodType<ComponentShape>>> {
    return z.array(Component as unknown as z.ZodType<ComponentShape>).optional();
  },
});

/** A component as the tests read it. */
export interface ComponentShape {
  type: string;
  "bom-ref": string;
  group?: string | undefined;
  name: string;
  version?: string | undefined;
  purl?: string | undefined;
  components?: ComponentShape[] | undefined;
}

const Bom = z.strictObject({
  $schema: z.literal("http://cyclonedx.org/schema/bom-1.6.schema.json"),
  bomFormat: z.literal("CycloneDX"),
  specVersion: z.literal("1.6"),
  serialNumber: z.string().regex(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/),
  version: z.int().min(1),
  metadata: z.strictObject({
    timestamp: z.iso.datetime(),
    lifecycles: z.array(z.strictObject({ phase: z.literal("build") })),
    tools: z.strictObject({
      components: z.array(
        z.strictObject({ type: z.literal("application"), name: z.string(), version: z.string() }),
      ),
    }),
    component: Component,
  }),
  components: z.array(Component),
  dependencies: z.array(z.strictObject({ ref: z.string(), dependsOn: z.array(z.string()) })),
});

/** Reads a CycloneDX document. @throws If it has not the needed form, or a reference leads nowhere or is given twice. */
export function parseBom(value: unknown): z.infer<typeof Bom> {
  const bom = Bom.parse(value);
  const refs: string[] = [];
  const collect = (it: ComponentShape) => {
    refs.push(it["bom-ref"]);
    it.components?.forEach(collect);
  };
  [bom.metadata.component as ComponentShape, ...bom.components as ComponentShape[]].forEach(collect);
  if (new Set(refs).size !== refs.length) throw new Error(`A reference is given twice: ${refs.join(", ")}`);
  const used = bom.dependencies.flatMap((it) => [it.ref, ...it.dependsOn]);
  const lost = used.filter((it) => !refs.includes(it));
  if (lost.length > 0) throw new Error(`References lead nowhere: ${lost.join(", ")}`);
  return bom;
}
