/** Annotations by which Flux is asked to look now. The value is any new text; a time is customary. */
export const REQUESTED_AT = "reconcile.fluxcd.io/requestedAt";
/** On a HelmRelease: upgrade even without a change. Counts where it equals {@link REQUESTED_AT}. */
export const FORCE_AT = "reconcile.fluxcd.io/forceAt";
/** On a HelmRelease: forget the failures that were counted. Counts where it equals {@link REQUESTED_AT}; stays as the token of the newest one. */
export const RESET_AT = "reconcile.fluxcd.io/resetAt";
