import { AGENT_PORT } from "../../product/ports.ts";
import { wrap } from "../cells.ts";
import type { Model } from "../model.ts";
import type { Body, Room } from "./body.ts";

/** How to get in, for who stands in front of the machine. */
export function helpBody({ document }: Model, { columns, cells }: Room): Body {
  const url = document?.status.urls.statusUrl ?? `http://ADDRESS:${AGENT_PORT}/`;
  const token = document?.token;
  const texts = [
    "Sign in to this appliance",
    "",
    `1. Open ${url} in a browser of the same network. It must be http, not https.`,
    token
      ? `2. Give the setup token: ${token}`
      : "2. Give the setup token. Somebody has signed in already, so it is not shown here any more.",
    "",
    "The token again: sign in on this machine (Shell) with the account that was made when the system was installed, and type",
    "  sudo alga-agent token show",
    "A new token, which signs everybody out: sudo alga-agent token rotate",
    "",
    "To sign in to Alga itself, use the e-mail address and the password of the first administrator. A forgotten password is reset on Alga's own sign-in page.",
  ];
  return {
    lines: texts.flatMap((it) => wrap(cells(it), columns - 2, 3)).map((it) => `  ${it}`.trimEnd()),
    keys: ["Esc Back"],
  };
}
