import type { FakeCommand, FakeHost } from "../../fakes/fake_host.ts";
import type { CheckCase } from "./check_case.ts";

/** As iputils 20221126 says it, and as busybox 1.35 does. */
const NOBODY = "ARPING 192.0.2.8 from 0.0.0.0 ens3\nSent 2 probes (2 broadcast(s))\nReceived 0 response(s)\n";
const NOBODY_BUSYBOX =
  "ARPING 192.0.2.8 from 0.0.0.0 ens3\nSent 2 probe(s) (0 broadcast(s))\nReceived 0 response(s) (0 request(s), 0 broadcast(s))\n";
const SOMEBODY =
  "ARPING 192.0.2.8 from 0.0.0.0 ens3\nUnicast reply from 192.0.2.8 [BA:CF:6E:DD:3C:02]  0.522ms\nSent 1 probes (1 broadcast(s))\nReceived 1 response(s)\n";
const SOMEBODY_BUSYBOX =
  "ARPING 192.0.2.8 from 0.0.0.0 ens3\nUnicast reply from 192.0.2.8 [ba:cf:6e:dd:3c:2] 0.006ms\nSent 1 probe(s) (0 broadcast(s))\nReceived 1 response(s) (0 request(s), 0 broadcast(s))\n";

/** Every way the question whether another machine has this one's address can end. */
export const DUPLICATE_ADDRESS_CASES: readonly CheckCase[] = [
  {
    id: "net.duplicate-ip",
    when: "nobody answers",
    status: "pass",
    found: "nobody else answers for 192.0.2.8",
    host: arping({ stdout: NOBODY }),
  },
  {
    id: "net.duplicate-ip",
    when: "another machine answers",
    status: "fail",
    found: "192.0.2.8 also belongs to the machine with the hardware address ba:cf:6e:dd:3c:02",
    advice: /^Ask the network administrator which machine ba:cf:6e:dd:3c:02 is/,
    host: arping({ code: 1, stdout: SOMEBODY }),
  },
  {
    id: "net.duplicate-ip",
    when: "a switch sends our own question back",
    status: "pass",
    found: "nobody else answers for 192.0.2.8",
    host: arping({ code: 1, stdout: SOMEBODY.replace("BA:CF:6E:DD:3C:02", "52:54:00:AA:BB:01") }),
  },
  {
    id: "net.duplicate-ip",
    when: "only busybox is there and nobody answers",
    status: "pass",
    found: "nobody else answers for 192.0.2.8",
    host: (it) =>
      void it.commands.set("busybox arping -D -c 2 -w 3 -I ens3 192.0.2.8", { stdout: NOBODY_BUSYBOX }),
  },
  {
    id: "net.duplicate-ip",
    when: "only busybox is there and another machine answers",
    status: "fail",
    found: /ba:cf:6e:dd:3c:02$/,
    host: (it) => void it.commands.set("busybox", { code: 1, stdout: SOMEBODY_BUSYBOX }),
  },
  {
    id: "net.duplicate-ip",
    when: "this user may not ask",
    status: "error",
    found: "/usr/bin/arping: socket: Operation not permitted",
    advice: /as root.*sudo arping -D -c 2 -I ens3 192\.0\.2\.8/,
    host: arping({ code: 2, stderr: "/usr/bin/arping: socket: Operation not permitted\n" }),
  },
  {
    id: "net.duplicate-ip",
    when: "no program can ask",
    status: "skipped",
    found: /apt install iputils-arping/,
    host: (it) => void it.commands.set("busybox", { code: 127, stderr: "arping: applet not found\n" }),
  },
  {
    id: "net.duplicate-ip",
    when: "there is no address",
    status: "skipped",
    found: /see Network interface/,
    host: (it) => void it.commands.set("ip -j addr show", { stdout: "[]" }),
  },
];

function arping(said: FakeCommand): (host: FakeHost) => void {
  return (host) => void host.commands.set("/usr/bin/arping", said);
}
