import { adversarialInputs } from "./adversarial_inputs.ts";
import { measureGrowth } from "./measure.ts";

/** What a worker sees of itself; its own library of types cannot be had beside the others. */
const own = self as unknown as Pick<Worker, "onmessage" | "postMessage">;

// A pattern that goes on for ever can be ended only from outside its thread.
own.onmessage = ({ data }: MessageEvent<{ source: string; flags: string }>) => {
  const attacks = adversarialInputs(data.source, data.flags);
  own.postMessage({
    growth: measureGrowth(new RegExp(data.source, data.flags), attacks),
    attacks: attacks.length,
  });
};
