import { createHash } from "node:crypto";
import { PATHS } from "../../../agent/state/paths.ts";
import { CLOSED_PORT } from "../../simulator/free_port.ts";
import { type CheckCase, PAYLOAD } from "./check_case.ts";

const sum = (text: string) => createHash("sha256").update(text).digest("hex");
const withImages = JSON.stringify({
  ...JSON.parse(PAYLOAD[PATHS.k3sPin] ?? ""),
  airgapImages: { "k3s.tar.zst": sum("images") },
});

/** Every way the checks of what setup takes from elsewhere can end without a server. */
export const SOURCE_CASES: readonly CheckCase[] = [
  {
    id: "k3s.sources",
    when: "the installation image brings both files",
    status: "pass",
    found: "k3s v1.36.5+k3s1, on this machine",
  },
  {
    id: "k3s.sources",
    when: "a file of the installation image is damaged",
    status: "fail",
    found: "damaged or missing: /opt/alga-appliance/bin/k3s-install.sh",
    advice: /appliance image/,
    host: (it) => it.put(PATHS.k3sInstallerPayload, "half"),
    context: { downloadUrl: "http://never.invalid" },
  },
  {
    id: "k3s.sources",
    when: "the pin of the installation image is damaged",
    status: "fail",
    found: /k3s-pin\.json" is damaged/,
    advice: /appliance image/,
    host: (it) => it.put(PATHS.k3sPin, "{"),
  },
  {
    id: "k3s.sources",
    when: "an archive that the pin names is missing",
    status: "fail",
    found: "damaged or missing: /opt/alga-appliance/images/k3s.tar.zst",
    host: (it) => it.put(PATHS.k3sPin, withImages),
  },
  {
    id: "k3s.sources",
    when: "that archive is there",
    status: "pass",
    found: /on this machine/,
    host: (it) => {
      it.put(PATHS.k3sPin, withImages);
      it.put(`${PATHS.imagesPayload}/k3s.tar.zst`, "images");
    },
  },
  {
    id: "k3s.sources",
    when: "a file is nowhere and its server cannot be reached",
    status: "fail",
    found: `127.0.0.1:${CLOSED_PORT}: it cannot be reached`,
    advice: /--download-url/,
    host: (it) => void it.files.delete(PATHS.k3sPayload),
    context: { downloadUrl: `http://127.0.0.1:${CLOSED_PORT}/k3s` },
  },
  {
    id: "k3s.binary",
    when: "the installation image brings it",
    status: "pass",
    found: "k3s v1.36.5+k3s1, on the installation image",
  },
  {
    id: "k3s.binary",
    when: "it is installed",
    status: "pass",
    found: "k3s v1.36.5+k3s1, installed",
    host: (it) => it.put(PATHS.k3sBinary, "the binary"),
  },
  {
    id: "k3s.binary",
    when: "another one is installed, which setup replaces",
    status: "warn",
    found: "/usr/local/bin/k3s is another file than k3s v1.36.5+k3s1",
    advice: /setup puts the right one in its place/,
    host: (it) => it.put(PATHS.k3sBinary, "an older one"),
  },
  {
    id: "k3s.binary",
    when: "the one of the installation image was altered",
    status: "fail",
    found: "/opt/alga-appliance/bin/k3s is another file than k3s v1.36.5+k3s1",
    advice: /appliance image.*Alga support/,
    host: (it) => it.put(PATHS.k3sPayload, "altered"),
  },
  {
    id: "k3s.binary",
    when: "it is to be downloaded",
    status: "skipped",
    found: "it is not on this machine yet; its checksum is checked when it is downloaded",
    host: (it) => void it.files.delete(PATHS.k3sPayload),
    context: { downloadUrl: `http://127.0.0.1:${CLOSED_PORT}/k3s` },
  },
  {
    id: "k3s.binary",
    when: "the pin is damaged",
    status: "fail",
    found: /k3s-pin\.json" is damaged/,
    host: (it) => it.put(PATHS.k3sPin, "{"),
  },
  {
    id: "k3s.binary",
    when: "it cannot be read",
    status: "error",
    found: /is not a file|is a folder|pipe|socket|device/,
    host: (it) => {
      it.files.delete(PATHS.k3sPayload);
      it.others.add(PATHS.k3sBinary);
    },
  },
  {
    id: "flux.definitions",
    when: "the installation image brings them",
    status: "pass",
    found: PATHS.fluxCrdsPayload,
  },
  {
    id: "flux.definitions",
    when: "those of the installation image are cut off",
    status: "fail",
    found: /^Flux's resource definitions cannot be read: .* missing$/,
    advice: /appliance image/,
    host: (it) => it.put(PATHS.fluxCrdsPayload, "kind: CustomResourceDefinition\nmetadata: {name: x}\n"),
  },
];
