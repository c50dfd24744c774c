# A pwsh that stays: runs the script files whose names it reads, and ends each answer with "--- 0", or "--- 1" after an error.
param([string] $Module)

Import-Module $Module
function Credential([string] $User, [string] $Secret) {
    [pscredential]::new($User, [Net.NetworkCredential]::new('', $Secret).SecurePassword)
}

while ($null -ne ($file = [Console]::In.ReadLine())) {
    $status = 0
    try {
        $ErrorActionPreference = 'Stop'
        . ([scriptblock]::Create([IO.File]::ReadAllText($file))) | Out-Host
    }
    catch {
        $status = 1
        "$($_.FullyQualifiedErrorId): $_" | Out-Host
        "$($_.ErrorDetails.RecommendedAction)" | Out-Host
    }
    "--- $status" | Out-Host
}
