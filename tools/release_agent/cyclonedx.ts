import { createHash } from "node:crypto";

/**
 * A document as CycloneDX 1.6 JSON, with a serial number that its content decides: the same parts give the same bytes.
 * @see https://cyclonedx.org/docs/1.6/json/
 */
export function cycloneDx(document: Record<string, unknown>): Record<string, unknown> {
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(document))}`,
    version: 1,
    ...document,
  };
}

/** A UUID (version 8, RFC 9562) that the content decides. */
function uuidOf(content: string): string {
  const hex = createHash("sha256").update(content).digest("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ]
    .join("-");
}
