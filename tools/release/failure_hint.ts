import { AgentError } from "../../agent/error.ts";
import { NetworkError } from "../../agent/net/errors.ts";
import type { RegistryFailure } from "../../agent/registry/errors.ts";
import { ReleaseError } from "./release_error.ts";

const HINTS: Record<RegistryFailure, string> = {
  captive: "sign in to the network's portal first",
  dns: "Check the registry's name and this machine's DNS",
  tcp: "Check that the registry runs and that a firewall lets this machine through",
  tls: "Check the registry's certificate; a registry without TLS needs --registry-mirror HOST=http://…",
  timeout: "Try again; look at the registry's load",
  proxy: "Check the proxy's settings",
  unauthorized:
    'Pushing: sign in with "docker login" or name another --auth-file. Reading: make the package public',
  denied: "Give the account the right to write there; for reading, make the package public",
  "not-found": "Push what is missing, or name another",
  "rate-limited": "Wait, then try again",
  "server-error": "Try again; look at the registry's log",
  "unexpected-status": "Look at the registry's log: it may be read-only or full",
  "wrong-digest": "The registry or something before it changed content: push again",
  "wrong-size": "The registry or something before it changed content: push again",
  "too-large": "This is not a release of ours",
  "not-json": "Something else than a registry answers there",
  "newer-format": "Use the release tool of that version",
  schema: "Build the release again and push it under a new version",
};

/** What to do about something that failed: its own hint, or the one of its kind. */
export function failureHint(error: unknown): string {
  if (error instanceof ReleaseError) return error.hint;
  if (error instanceof NetworkError) return HINTS[error.failure as RegistryFailure];
  return (error instanceof AgentError ? error.hint : undefined) ?? "Build the release again and push it";
}
