import type { VisitorHandler } from "../serving/front_door.ts";

/** The same handler, and a promise that is kept once it has given its first answer, or has failed to. */
export function untilFirst(handler: VisitorHandler): { handler: VisitorHandler; first: Promise<void> } {
  const answered = Promise.withResolvers<void>();
  let answer: VisitorHandler = async (request, visitor) => {
    answer = handler;
    try {
      return await handler(request, visitor);
    } finally {
      // Not before it is on its way.
      setTimeout(answered.resolve, 0);
    }
  };
  return { handler: (request, visitor) => answer(request, visitor), first: answered.promise };
}
