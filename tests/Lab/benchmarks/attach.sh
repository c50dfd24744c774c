# Attach and detach of one LUN over two portals, side by side in one guest, rounds alternating: a raw script, os-brick, and Connect- and
# Disconnect-OscStorageElement in a pwsh that stays, of an element that is presented already ("ours"), and with presenting and withdrawing it on
# a Local array ("ours-array"). Both are one pwsh's work: a second one that rests beside it would take time from it on the guest's one CPU.
# Prints seconds (median, least, most), ratios of medians, and the processes that each starts. Build with -c Release before.
#
#   tests/Lab/run.sh --memory 2G --timeout 3600 tests/Lab/benchmarks/attach.sh [ROUNDS [chap|- [BEFORE]]]
#
# BEFORE is the StorageConnect.psd1 of another build, which is measured beside this one ("before" and "before-array").
# os-brick is Debian's python3-os-brick; without it, its line is missing.
rounds=${1:-9} user='' password='' before=${3-}
[[ ${2-} != chap ]] || user=bench password=aSecretOf16Chars

start_host
start_tgtd
target=$iqn:bench id=60014051234567890abcdef012345678
truncate -s 512M /tmp/disk
new_target 1 "$target"
new_lun 1 1 /tmp/disk "$id"
if [[ $user ]]; then
    tgt --mode account --op new --user "$user" --password "$password"
    tgt --mode account --op bind --tid 1 --user "$user"
fi

declare -A command=([raw]="bash $LAB/benchmarks/raw.sh $target 3$id ${portals[*]}")
if /usr/bin/python3 -c 'import os_brick' 2>/dev/null; then
    command[os-brick]="/usr/bin/python3 $LAB/benchmarks/os-brick.py $target ${user:--} ${password:--} ${portals[*]}"
else
    say 'os-brick is missing: install python3-os-brick to compare with it.'
fi

# product NAME MODULE: the command of a pwsh with this module, and with files of its own.
product() {
    mkdir -p "/tmp/$1.files/pool"
    echo "env XDG_CONFIG_HOME=/tmp/$1.files/config XDG_STATE_HOME=/tmp/$1.files/state XDG_DATA_HOME=/tmp/$1.files/data" \
        "${pwsh[*]} -File $LAB/benchmarks/ours.ps1 $2 /tmp/$1.files/pool ${user:--} ${password:--}"
}
command[ours]=$(product ours "$module")
[[ ! $before ]] || command[before]=$(product before "$before")

# A peer is a process that reads actions and answers each with its seconds.
declare -A input output
start() { # start PEER [SPY...]
    local peer=$1; shift
    rm -f "/tmp/$peer.in" "/tmp/$peer.out"
    mkfifo "/tmp/$peer.in" "/tmp/$peer.out"
    # shellcheck disable=SC2086
    "$@" ${command[$peer]} <"/tmp/$peer.in" >"/tmp/$peer.out" 2>>"$RESULTS/$peer.log" &
    exec {input[$peer]}>"/tmp/$peer.in" {output[$peer]}<"/tmp/$peer.out"
    equal ready "$(answer "$peer")" "the first word of $peer"
}
answer() {
    local words
    read -r -t 300 -u "${output[$1]}" words || fail "$1 gave no answer: $(tail -n 20 "$RESULTS/$1.log")"
    echo "$words"
}
ask() { echo "$2" >&"${input[$1]}"; answer "$1"; }
stop() { exec {input[$1]}>&- {output[$1]}<&-; }

# The raw script has its records beforehand; the others make and delete theirs.
make_records() {
    for portal in "${portals[@]}"; do
        iscsiadm -m node -T "$target" -p "$portal" -o new
        [[ ! $user ]] || for setting in authmethod=CHAP "username=$user" "password=$password"; do
            iscsiadm -m node -T "$target" -p "$portal" -o update -n "node.session.auth.${setting%%=*}" -v "${setting#*=}"
        done
    done >/dev/null
}

attached() { [[ $(maps | wc -l) == 1 && $(disks | wc -l) == 2 ]]; }

clean() { # the same ground for the next round
    wait_for 30 '[[ ! $(disks) && ! $(maps) && $(sessions) == 0 ]]'
    iscsiadm -m node -o delete >/dev/null 2>&1 || true
    udevadm settle
}

round() { # round KIND: "KIND ATTACH DETACH"
    local peer=${1%-array} attach detach
    [[ $peer != raw ]] || make_records
    attach=$(ask "$peer" "attach ${element[$1]-}")
    wait_for 10 attached # udev may be behind multipathd
    udevadm settle       # and a detach is not to pay for what an attach left it to do
    detach=$(ask "$peer" "detach ${element[$1]-}")
    clean
    echo "$1 $attach $detach"
}

programs() { grep -cE 'execve(\(| resumed>).* = 0$' "/tmp/$1.trace" || true; }

mapfile -t peers < <(printf "%s\n" "${!command[@]}" | sort -r)
declare -A element=([ours]=presented [ours-array]=bench [before]=presented [before-array]=bench)
mapfile -t kinds < <(printf "%s\n" "${peers[@]}" ours-array ${before:+before-array} | sort -r)
for peer in "${peers[@]}"; do start "$peer"; done
for kind in "${kinds[@]}"; do say "first round: $(round "$kind")"; done
for ((i = 0; i < rounds; i++)); do
    for kind in "${kinds[@]}"; do round "$kind"; done
done | tee /tmp/figures
for peer in "${peers[@]}"; do stop "$peer"; done

# median COLUMN KIND: median, least, most
median() {
    awk -v column="$1" -v kind="$2" '$1 == kind { print $column }' /tmp/figures | sort -n | awk '
        { v[NR] = $1 }
        END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2, v[1], v[NR] }'
}

# figures COLUMN KIND: median (least-most), ratio to raw
figures() {
    # shellcheck disable=SC2046
    printf '%.2f s (%.2f-%.2f), %.2f x raw' $(median "$1" "$2") "$(echo "$(median "$1" "$2") $(median "$1" raw)" | awk '{ print $1 / $4 }')"
}

echo
echo '| | attach | detach | processes |'
echo '|---|---|---|---|'
for kind in "${kinds[@]}"; do
    # Counted in a round of its own: a spy slows everything down.
    peer=${kind%-array}
    start "$peer" strace -f -qq --signal=none --trace=execve -o "/tmp/$peer.trace"
    [[ $peer != raw ]] || make_records
    before=$(programs "$peer")
    ask "$peer" "attach ${element[$kind]-}" >/dev/null; between=$(programs "$peer")
    ask "$peer" "detach ${element[$kind]-}" >/dev/null; after=$(programs "$peer")
    stop "$peer"
    clean
    cp "/tmp/$peer.trace" "$RESULTS"
    echo "| $kind | $(figures 2 "$kind") | $(figures 3 "$kind") | $((between - before)) + $((after - between)) |"
done
