import ipaddr from "ipaddr.js";
import type { Check } from "../check.ts";
import { couldNotCheck, fail, pass, warn } from "../outcome.ts";

/** Checks of what tells this machine apart from others. */
export const IDENTITY_CHECKS: readonly Check[] = [
  {
    id: "id.localhost",
    title: "The name localhost",
    vantage: "cluster",
    overridable: true,
    async run({ facts }) {
      const expected = "localhost leads to 127.0.0.1";
      const remediation =
        'Correct /etc/hosts (sudo nano /etc/hosts); it needs the line "127.0.0.1 localhost"';
      const text = await facts.text("/etc/hosts");
      if (text === undefined) {
        return couldNotCheck({ expected, found: "/etc/hosts does not exist", remediation });
      }
      const addresses = text.split("\n").flatMap((line) => {
        const [address = "", ...names] = (line.split("#")[0] ?? "").trim().split(/\s+/);
        return names.some((it) => it.toLowerCase() === "localhost") ? [address] : [];
      });
      const evidence = addresses.map((it) => `${it} localhost`);
      const wrong = addresses.filter((it) => !ipaddr.isValid(it) || ipaddr.parse(it).range() !== "loopback");
      if (wrong.length > 0) {
        return fail({ expected, found: `it leads to ${wrong.join(", ")}`, remediation, evidence });
      }
      return addresses.includes("127.0.0.1")
        ? pass({ expected, found: "127.0.0.1", evidence })
        : warn({ expected, found: "/etc/hosts does not have the name", remediation, evidence });
    },
  },
  {
    id: "id.machine-id",
    title: "Identity of the machine",
    vantage: "agent",
    overridable: true,
    async run({ facts }) {
      const expected = "an id of its own";
      const remediation =
        "Make a new one: sudo rm -f /etc/machine-id /var/lib/dbus/machine-id; sudo systemd-machine-id-setup; sudo reboot";
      const text = await facts.text("/etc/machine-id");
      if (text === undefined) {
        return couldNotCheck({ expected, found: "/etc/machine-id does not exist", remediation });
      }
      const id = text.trim();
      if (!/^[0-9a-f]{32}$/.test(id) || /^(.)\1{31}$/.test(id)) {
        return fail({ expected, found: id === "" ? "none" : `"${id.slice(0, 40)}"`, remediation });
      }
      return pass({ expected, found: `${id.slice(0, 8)}…` });
    },
  },
];
