/** The Go modules, with versions, from which Flux's resource definitions come. */
export const FLUX_MODULES = [
  "github.com/fluxcd/source-controller@v1.9.3",
  "github.com/fluxcd/kustomize-controller@v1.9.5",
  "github.com/fluxcd/helm-controller@v1.6.4",
  "github.com/fluxcd/notification-controller@v1.9.3",
] as const;

/** Checksum of the definitions as one file, whatever brought them. */
export const FLUX_CRDS_SHA256 = "eed4711c5dcff694f3abbb9610695c9ec079aed4a83798347d0d62aacd4ba33a";
