#!/usr/bin/env bash
# Runs a scenario, or any command, as root in a guest with a kernel of its own: User-Mode Linux on this machine's root file system.
#
#   run.sh [--memory 1G] [--timeout SECONDS] [--keep FOLDER] scenarios/NAME.sh [ARGUMENT...]
#   run.sh [OPTIONS] -- COMMAND [ARGUMENT...]
#
# The guest sees this machine's / read-only, under an overlay in its memory: whatever is installed or built here is there, and nothing
# it writes comes back, except what it writes to $RESULTS (kept in FOLDER with --keep).
# Standard output is the command's, and so is the exit code; 124: out of time, 125: the guest died, 126: no guest can boot here.
set -euo pipefail
lab=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

memory=1G timeout=300 keep=
while [[ ${1-} == --?* ]]; do
    case $1 in
        --memory) memory=$2 ;;
        --timeout) timeout=$2 ;;
        --keep) keep=$2 ;;
        *) echo "run.sh: no such option: $1" >&2; exit 2 ;;
    esac
    shift 2
done
if [[ ${1-} == -- ]]; then
    shift
elif [[ -n ${1-} ]]; then
    [[ -f $1 ]] || { echo "run.sh: no such scenario: $1" >&2; exit 2; }
    scenario=$(realpath "$1"); shift
    set -- bash "$lab/guest/scenario.sh" "$scenario" "$@"
fi
[[ $# -gt 0 ]] || { sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }

case $lab in /tmp/* | /run/*) echo 'run.sh: the guest has a /tmp and a /run of its own, and would not see this checkout: put it elsewhere.' >&2; exit 126 ;; esac
uml=$(command -v linux.uml || command -v linux) || { echo 'run.sh: install user-mode-linux.' >&2; exit 126; }

# The guest's memory is a file that must be executable, so a noexec /dev/shm won't do.
memory_folder=/dev/shm
[[ -w /dev/shm && ! $(findmnt -no OPTIONS -T /dev/shm) =~ noexec ]] || memory_folder=/tmp

# One CPU per guest: a UML guest is one thread that ptraces its processes, and jumping between CPUs makes it 2.5 times slower.
mapfile -t cpus < <(taskset -cp $$ | sed 's/.*: //' | tr ',' '\n' | while IFS=- read -r a b; do seq "$a" "${b:-$a}"; done)
cpu=${cpus[0]}
for candidate in "${cpus[@]}"; do
    exec {lock}>"/tmp/storage-connect-lab-$UID-cpu$candidate.lock"
    if flock -n "$lock"; then cpu=$candidate; break; fi
    exec {lock}>&-
done

results=$(mktemp -d /tmp/storage-connect-lab.XXXXXX)
# A guest that is ended from outside leaves processes of its own behind; the umid is in their arguments, and unlike any other.
trap 'pkill -KILL -f "umid=$(basename "$results") " || true; rm -rf "$results" "${HOME:-/root}/.uml/$(basename "$results")"' EXIT
printf '%q ' "$@" >"$results/command"

# The pwsh of the repository's tool manifest: as the build of the tests compiled it, or where `dotnet tool restore` put it.
version=$(grep -A 1 '"powershell"' "$lab/../../.config/dotnet-tools.json" | sed -nE 's/.*"version": "([^"]+)".*/\1/p')
pwsh=$(realpath "$lab/../StorageConnect.Tests")/obj/pwsh-$version
[[ -f $pwsh/compiled ]] || pwsh=${NUGET_PACKAGES:-$HOME/.nuget/packages}/powershell/$version/tools/net10.0/any/unix
echo "$pwsh/pwsh.dll" >"$results/pwsh"

preload=
if grep -qw amx_tile /proc/cpuinfo; then
    preload=$results/xstate.so
    cc -O2 -shared -fPIC -o "$preload" "$lab/guest/xstate.c" || { echo "run.sh: install gcc and libc6-dev: on this CPU, with AMX, the guest needs guest/xstate.c." >&2; exit 126; }
fi

died=0
TMPDIR=$memory_folder timeout -k 5 "$timeout" taskset -c "$cpu" env LD_PRELOAD="$preload" "$uml" "mem=$memory" "umid=$(basename "$results")" \
    rootfstype=hostfs rootflags=/ ro init="$lab/guest/init" con=null con0=null,fd:1 quiet loglevel=3 \
    "lab=$lab" "results=$results" </dev/null >"$results/console" 2>&1 || died=$?

[[ ! -f $results/output ]] || cat "$results/output"
if [[ -f $results/exit ]]; then
    status=$(<"$results/exit")
elif [[ $died == 124 || $died == 137 ]]; then
    status=124
    echo "run.sh: out of time after $timeout s; the console's end:" >&2
    tail -n 30 "$results/console" >&2
else
    [[ -f $results/booted ]] && status=125 || status=126
    echo "run.sh: the guest ended with $died and gave no exit code; its console:" >&2
    tail -n 40 "$results/console" >&2
fi
if [[ -n $keep ]]; then
    mkdir -p "$keep"
    cp -r "$results/." "$keep"
fi
exit "$status"
