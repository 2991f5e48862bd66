import { bashCompletion } from "../install/bash_completion.ts";
import type { Installation } from "../install/install_agent.ts";
import { manPage } from "../install/man_page.ts";
import type { Places } from "../install/places.ts";
import { readUnit } from "../../systemd/unit_text.ts";
import { BUILD } from "../version.ts";
import { COMMANDS } from "./commands.ts";

/** Units, manual page and completion of this program, for a program that lies in its place. */
export async function installTexts(places: Places): Promise<Installation["texts"]> {
  const { helpTopics } = await import("./cause_help.ts");
  const commands = await Promise.all(COMMANDS.map((it) => it.load()));
  return {
    unit: readUnit("alga-appliance.service", places.program),
    consoleUnit: readUnit("alga-appliance-console@.service", places.program),
    loginUnit: readUnit("alga-appliance-login@.service", places.program),
    updateUnit: readUnit("alga-appliance-update.service", places.program),
    manPage: manPage(commands, BUILD),
    completion: bashCompletion(commands, helpTopics()),
  };
}
