#!/bin/sh
# Makes a node's folder and takes it away again. Outlives the process that started the node: when that one is gone, however it
# died, our standard input ends. Then goes what a namespace does not take with it at once: the network link that we were told of,
# the folder, and the control groups of its name.
folder=$1
name=${folder##*/}
mkdir -m 700 "$folder" || exit 1
echo made
link=$(cat)
# The kernel takes it too, but only when the last unanswered connection inside has timed out.
[ -n "$link" ] && ip link delete "$link" 2> /dev/null

tries=0
while [ "$tries" -lt 300 ]; do
  left=0
  for top in "/sys/fs/cgroup/$name" /sys/fs/cgroup/*/"$name"; do
    [ -d "$top" ] || continue
    find "$top" -depth -type d -exec rmdir {} \; 2> /dev/null
    [ -d "$top" ] && left=1
  done
  rm -rf "$folder" 2> /dev/null
  [ -e "$folder" ] && left=1
  [ "$left" = 0 ] && exit 0
  tries=$((tries + 1))
  sleep 0.1
done
exit 1
