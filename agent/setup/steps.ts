import type { Step } from "./step.ts";
import { fluxStep } from "./steps/flux.ts";
import { k3sStep } from "./steps/k3s.ts";
import { loginStep } from "./steps/login.ts";
import { preflightStep } from "./steps/preflight.ts";
import { resolveStep } from "./steps/resolve.ts";
import { sourceStep } from "./steps/source.ts";
import { storageStep } from "./steps/storage.ts";
import { valuesStep } from "./steps/values.ts";

/** Setup in running order: the product's table of contents. */
export const SETUP_STEPS: readonly Step[] = [
  preflightStep,
  resolveStep,
  k3sStep,
  storageStep,
  fluxStep,
  valuesStep,
  sourceStep,
  loginStep,
];
