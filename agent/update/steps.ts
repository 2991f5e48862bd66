import type { Step } from "../operation/step.ts";
import type { UpdateContext } from "./context.ts";
import { bootstrapJobStep } from "./steps/bootstrap_job.ts";
import { chartsStep } from "./steps/charts.ts";
import { convergeStep } from "./steps/converge.ts";
import { holdStep } from "./steps/hold.ts";
import { letGoStep } from "./steps/let_go.ts";
import { recordStep } from "./steps/record.ts";
import { sourceStep } from "./steps/source.ts";
import { valuesStep } from "./steps/values.ts";

/** An update in running order, after its check. */
export const UPDATE_STEPS: readonly Step<UpdateContext>[] = [
  holdStep,
  valuesStep,
  sourceStep,
  recordStep,
  chartsStep,
  bootstrapJobStep,
  letGoStep,
  convergeStep,
];
