import { sentence } from "../text/sentence.ts";
import type { CauseShape } from "./cause_shape.ts";
import { BUNDLE } from "./phrases.ts";

/** The database server and its data. */
export const DATABASE = {
  auth: {
    id: "app.db-auth",
    kind: "cause",
    owner: "you",
    title: "The database refuses the stored password",
    reason: "Its data is from an earlier installation, with another password.",
    nextAction:
      "Do not delete anything. Bring back the old credentials, or start with empty data after a backup: ask Alga support how.",
    retrySafe: true,
    action: "call-vendor",
  } satisfies CauseShape,
  start: {
    id: "app.db-start",
    kind: "cause",
    owner: "vendor",
    title: "The database cannot read its data",
    reason: (w) => `It stopped with: ${sentence(w.detail)}`,
    nextAction: `Do not delete anything. ${BUNDLE}`,
    retrySafe: false,
    action: "call-vendor",
  } satisfies CauseShape<{ detail: string }>,
  version: {
    id: "app.db-version",
    kind: "cause",
    owner: "vendor",
    title: "The database program does not fit the stored data",
    reason: "The release brings another main version of PostgreSQL than the one that wrote the data.",
    nextAction: "Do not delete anything. Report the release to Alga support.",
    retrySafe: false,
    action: "call-vendor",
  } satisfies CauseShape,
};
