param([string[]] $Include = '*', [switch] $ReadOnly)
$results = Test-OscPlugin shelf -Include $Include -Destructive:(-not $ReadOnly) -ReportPath report.md
$results | Where-Object Outcome -eq Failed | ForEach-Object { "$($_.Clause): $($_.Text)"; "  expected: $($_.Expected)"; "  seen: $($_.Seen)" }
'Passed', 'Skipped', 'Advised', 'Failed' | ForEach-Object { "$_ $(@($results | Where-Object Outcome -eq $_).Count)" }
