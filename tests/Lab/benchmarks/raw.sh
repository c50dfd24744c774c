#!/bin/bash
# Attaches and detaches one LUN as an administrator's script does, without any check: reads "attach" and "detach" lines, answers each with
# its seconds. The node records are there beforehand.
# raw.sh TARGET WWID PORTAL PORTAL
target=$1 wwid=$2; shift 2

attach() {
    for portal; do
        iscsiadm -m node -T "$target" -p "$portal" --login || exit 1
    done
    until [[ $(multipathd show maps raw format '%n %N') == "$wwid $#" ]]; do sleep 0.05; done
}

detach() {
    until multipath -f "$wwid"; do sleep 0.05; done # "in use" while udev still looks at it
    for portal; do
        iscsiadm -m node -T "$target" -p "$portal" --logout || exit 1
    done
}

echo ready
while read -r action; do
    start=${EPOCHREALTIME/./}
    "$action" "$@" >&2
    printf '%d.%03d\n' $(((${EPOCHREALTIME/./} - start) / 1000000)) $(((${EPOCHREALTIME/./} - start) / 1000 % 1000))
done
