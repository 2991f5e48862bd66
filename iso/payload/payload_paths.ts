import { PATHS } from "../../agent/state/paths.ts";

const PAYLOAD_ROOT = "/opt/alga-appliance/";

/** Where on the image lies what the installation copies to where the agent looks for it. */
export const PATHS_OF_PAYLOAD = {
  k3s: onImage(PATHS.k3sPayload),
  k3sInstaller: onImage(PATHS.k3sInstallerPayload),
  images: onImage(PATHS.imagesPayload),
  k3sPin: onImage(PATHS.k3sPin),
} as const;

/** `/opt/alga-appliance/bin/k3s` → `opt/bin/k3s`, below `/alga`. */
function onImage(path: string): string {
  if (!path.startsWith(PAYLOAD_ROOT)) throw new TypeError(`"${path}" is not below ${PAYLOAD_ROOT}`);
  return `opt/${path.slice(PAYLOAD_ROOT.length)}`;
}
