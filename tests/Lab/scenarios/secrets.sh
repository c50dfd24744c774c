# No secret in any process's arguments or environment, in a log, or in a file that others can read: everything that the product starts while it
# attaches and detaches with one-way and mutual CHAP is traced.
start_host
secret=aSecretNobodySees mutual=anotherSecretUnseen
start_array chapuser "$secret"
new_element db01 64MB

say 'spy'
spy=/run/results/secrets.trace
strace -f -qq -v -s 1000000 --signal=none --trace=execve -o "$spy" "${pwsh[@]}" -Command "
    \$ErrorActionPreference = 'Stop'
    Import-Module '$module'
    Get-OscStorageElement -Name db01 | Connect-OscStorageElement | Out-Null
    Get-OscStorageElement -Name db01 | Disconnect-OscStorageElement -Confirm:\$false"
grep -c 'execve(.* = 0' "$spy"
if grep -n "$secret" "$spy"; then fail 'a secret is in a process'"'"'s arguments or environment'; fi

say 'look into files'
osc 'Get-OscStorageElement -Name db01 | Connect-OscStorageElement | Out-Null'
if grep -rl "$secret" "$RESULTS" --include='*.log'; then fail 'a secret is in a log'; fi
if find /etc/iscsi /run /tmp -xdev -type f -perm /o+r -print0 | xargs -0r grep -l "$secret"; then fail 'a secret is in a file that others can read'; fi
osc 'Get-OscStorageElement -Name db01 | Disconnect-OscStorageElement -Confirm:$false'
nothing_left
if grep -rl "$secret" /etc/iscsi; then fail 'a secret stays behind in the node database'; fi
