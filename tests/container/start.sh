#!/bin/sh
# Begins a container in name spaces of its own, as their first process: when it is killed, all of it is gone.
# $1 its folder, $2 its name, $3 the tree that it lies over, $4 the network's address without its last part
set -eu
cd "$1"
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t tmpfs tmpfs /run
mkdir -p "/sys/fs/cgroup/$2" changes work tree
echo $$ >"/sys/fs/cgroup/$2/cgroup.procs"
mount -t overlay overlay -o "lowerdir=$3,upperdir=changes,workdir=work" tree

# The network that the machine stands in: a switch, and on it somebody who gives addresses.
ip link set lo up
ip link add lan type bridge
ip addr add "$4.1/24" dev lan
ip link set lan up
busybox udhcpd -f -I "$4.1" dhcp.conf >>dhcp.log 2>&1 &

# Of cgroups only the newer kind, whatever this machine has.
export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
# It ends with 133 where the machine wants to boot again. Not exec: who is first in the name space may end at its end only.
code=133
while [ "$code" = 133 ]; do
  code=0
  systemd-nspawn --quiet --register=no --keep-unit --directory tree --machine "$2" --hostname appliance-01 \
    --network-bridge lan --link-journal no --resolv-conf off --timezone off --console pipe --boot || code=$?
done
exit "$code"
