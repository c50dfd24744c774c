<#
.SYNOPSIS
    Brings the pages of this folder in line with the cmdlets, and makes the help that is shipped from them.
.DESCRIPTION
    What a cmdlet declares (syntax, types, sets, positions, aliases, what it takes from the pipeline) is written into its page; the texts stay. A
    parameter that is new gets a heading, and a warning until a word is written on it; one that is gone goes. Then the pages become the MAML that
    Get-Help reads.
#>
[CmdletBinding()]
param(
    # The manifest of the module, as it was staged.
    [Parameter(Mandatory)]
    [string] $Module,

    # The MAML file to write.
    [Parameter(Mandatory)]
    [string] $Maml
)

$ErrorActionPreference = 'Stop'
Import-Module $Module
$common = [Management.Automation.Cmdlet]::CommonParameters
$namespaces = @{
    maml    = 'http://schemas.microsoft.com/maml/2004/10'
    command = 'http://schemas.microsoft.com/maml/dev/command/2004/10'
    dev     = 'http://schemas.microsoft.com/maml/dev/2004/10'
}

# The parts of a text under headings of one level, in their order.
function Split-Page([string] $Text, [string] $Heading) {
    $parts = [ordered] @{}
    foreach ($part in "`n$Text" -split "\n$Heading " | Select-Object -Skip 1) {
        $title, $body = $part -split "`n", 2
        $parts[$title.Trim()] = "$body".Trim()
    }
    $parts
}

function Get-OwnParameter([Management.Automation.CmdletInfo] $Command) {
    [string[]] $names = $Command.Parameters.Keys.Where({ $_ -notin $common })
    [Array]::Sort($names, [StringComparer]::Ordinal)
    $names | ForEach-Object { $Command.Parameters[$_] }
}

# The sets in which a parameter is, in the order of the command's.
function Get-Set([Management.Automation.CmdletInfo] $Command, [Management.Automation.ParameterMetadata] $Parameter) {
    $order = @($Command.ParameterSets.Name)
    $Parameter.ParameterSets.GetEnumerator() | Sort-Object { $order.IndexOf($_.Key) }
}

function Test-Wildcard([Management.Automation.ParameterMetadata] $Parameter) {
    $Parameter.Attributes.Where({ $_ -is [Management.Automation.SupportsWildcardsAttribute] }).Count -gt 0
}

function ConvertTo-Fact([Management.Automation.CmdletInfo] $Command, [Management.Automation.ParameterMetadata] $Parameter) {
    "Type: $($Parameter.ParameterType.ToString())"
    "DefaultValue: ''"
    "SupportsWildcards: $("$(Test-Wildcard $Parameter)".ToLowerInvariant())"
    if ($Parameter.Aliases.Count) { 'Aliases:'; $Parameter.Aliases | ForEach-Object { "- $_" } } else { 'Aliases: []' }
    'ParameterSets:'
    foreach ($set in Get-Set $Command $Parameter) {
        "- Name: $($set.Key -eq '__AllParameterSets' ? '(All)' : $set.Key)"
        "  Position: $($set.Value.Position -eq [int]::MinValue ? 'Named' : $set.Value.Position)"
        "  IsRequired: $("$($set.Value.IsMandatory)".ToLowerInvariant())"
        "  ValueFromPipeline: $("$($set.Value.ValueFromPipeline)".ToLowerInvariant())"
        "  ValueFromPipelineByPropertyName: $("$($set.Value.ValueFromPipelineByPropertyName)".ToLowerInvariant())"
        '  ValueFromRemainingArguments: false'
    }
    'DontShow: false'
    'AcceptedValues: []'
    "HelpMessage: ''"
}

# A syntax in lines of at most 100 characters.
function ConvertTo-Syntax([Management.Automation.CmdletInfo] $Command, [Management.Automation.CommandParameterSetInfo] $Set) {
    $line = $Command.Name
    foreach ($word in "$Set" -replace ' \[<CommonParameters>\]$' -split ' (?=\[?\[?-)' | Where-Object { $_ }) {
        if ($line.Length + $word.Length + 1 -gt 100) { $line; $line = '' }
        $line += " $word"
    }
    $line
}

function Update-Page([string] $File, [Management.Automation.CmdletInfo] $Command) {
    $text = (Get-Content $File -Raw).Replace("`r", '')
    $sections = Split-Page $text '##'
    $before = Split-Page $sections['PARAMETERS'] '###'
    $inputs = Split-Page $sections['INPUTS'] '###'
    $sections['SYNTAX'] = @($Command.ParameterSets | ForEach-Object {
            "### $($_.Name)$(if ($_.IsDefault -and $_.Name -ne '__AllParameterSets') { ' (Default)' })`n`n``````"
            (ConvertTo-Syntax $Command $_) -join "`n"
            "```````n"
        }) -join "`n"
    $own = @(Get-OwnParameter $Command)
    $sections['PARAMETERS'] = @(@($own | ForEach-Object {
                $said = ("$($before["-$($_.Name)"])" -split '```')[0].Trim()
                if (-not $said) { Write-Warning "${File}: -$($_.Name) needs a word." }
                "### -$($_.Name)`n`n$said`n`n``````yaml`n$((ConvertTo-Fact $Command $_) -join "`n")`n``````"
            }) + "### CommonParameters`n`n$($before['CommonParameters'])") -join "`n`n"
    $piped = @($own | Where-Object { $_.ParameterSets.Values.Where({ $_.ValueFromPipeline -or $_.ValueFromPipelineByPropertyName }) } |
            ForEach-Object { $_.ParameterType.ToString() } | Select-Object -Unique)
    $known = @($inputs.Keys.Where({ $_ -in $piped })) + @($piped.Where({ $_ -notin $inputs.Keys }))
    $sections['INPUTS'] = if ($known) { ($known | ForEach-Object { "### $_`n`n$($inputs[$_])" }) -join "`n`n" } else { $sections['INPUTS'] }
    $head = $text.Substring(0, $text.IndexOf("`n## ") + 1)
    $page = $head + (($sections.GetEnumerator() | ForEach-Object { "## $($_.Key)`n`n$("$($_.Value)".Trim())`n" }) -join "`n")
    if ($page -cne $text) { [IO.File]::WriteAllText($File, $page) }
    $page
}

# Adds an element with attributes and, where it is given, a text; returns it.
function Add-Element([Xml.XmlElement] $To, [string] $Name, [string] $Text, [Collections.IDictionary] $Attributes = @{}) {
    $prefix, $local = $Name -split ':'
    $element = $To.OwnerDocument.CreateElement($prefix, $local, $namespaces[$prefix])
    foreach ($key in $Attributes.Keys) { $element.SetAttribute($key, $Attributes[$key]) }
    if ($Text) { $element.InnerText = $Text }
    $To.AppendChild($element)
}

# Markdown's backticks are not for Get-Help, which shows each paragraph as one.
function Add-Text([Xml.XmlElement] $To, [string] $Name, [string] $Text) {
    $element = Add-Element $To $Name
    foreach ($paragraph in "$Text".Trim() -split '\n\s*\n' | Where-Object { $_ }) {
        $plain = ($paragraph -replace '\[([^]]+)\]\([^)]+\)', '$1').Replace('`', '')
        $null = Add-Element $element 'maml:para' ($plain -split '\n(?=- )' -replace '\s*\n\s*', ' ' -join "`n")
    }
}

function Add-Parameter([Xml.XmlElement] $To, $Facts, [string] $Text, [bool] $InSyntax) {
    $type = $Facts.Type
    $parameter = Add-Element $To 'command:parameter' -Attributes ([ordered] @{
            required = $Facts.Required; variableLength = 'false'; globbing = $Facts.Globbing; pipelineInput = $Facts.Pipeline; position = $Facts.Position
            aliases = $Facts.Aliases
        })
    $null = Add-Element $parameter 'maml:name' $Facts.Name
    Add-Text $parameter 'maml:description' $Text
    if ($type -ne [switch]) {
        $null = Add-Element $parameter 'command:parameterValue' ($InSyntax ? $type.Name : $type.ToString()) ([ordered] @{ variableLength = 'false'; required = 'true' })
    }
    $null = Add-Element (Add-Element $parameter 'dev:type') 'maml:name' $type.ToString()
}

function Get-Fact([Management.Automation.CmdletInfo] $Command, [Management.Automation.ParameterMetadata] $Parameter, $Set) {
    $ways = @(if ($Set.ValueFromPipeline) { 'ByValue' }; if ($Set.ValueFromPipelineByPropertyName) { 'ByPropertyName' })
    @{
        Name     = $Parameter.Name
        Type     = $Parameter.ParameterType
        Required = "$($Set.IsMandatory)".ToLowerInvariant()
        Globbing = "$(Test-Wildcard $Parameter)".ToLowerInvariant()
        Pipeline = $ways ? "true ($($ways -join ', '))" : 'false'
        Position = $Set.Position -eq [int]::MinValue ? 'named' : "$($Set.Position)"
        Aliases  = $Parameter.Aliases.Count ? $Parameter.Aliases -join ', ' : 'none'
    }
}

function Add-Command([Xml.XmlElement] $To, [Management.Automation.CmdletInfo] $Command, [string] $Page) {
    $sections = Split-Page $Page '##'
    $parameters = Split-Page $sections['PARAMETERS'] '###'
    $own = @(Get-OwnParameter $Command)
    $element = Add-Element $To 'command:command'
    $details = Add-Element $element 'command:details'
    $null = Add-Element $details 'command:name' $Command.Name
    Add-Text $details 'maml:description' $sections['SYNOPSIS']
    $null = Add-Element $details 'command:verb' $Command.Verb
    $null = Add-Element $details 'command:noun' $Command.Noun
    Add-Text $element 'maml:description' $sections['DESCRIPTION']
    $syntax = Add-Element $element 'command:syntax'
    foreach ($set in $Command.ParameterSets) {
        $item = Add-Element $syntax 'command:syntaxItem'
        $null = Add-Element $item 'maml:name' $Command.Name
        foreach ($parameter in $set.Parameters | Where-Object Name -NotIn $common | Sort-Object { $_.Position -lt 0 }, Position, { -not $_.IsMandatory } -Stable) {
            $in = $parameter | Select-Object Position, IsMandatory, ValueFromPipeline, ValueFromPipelineByPropertyName
            Add-Parameter $item (Get-Fact $Command $Command.Parameters[$parameter.Name] $in) '' $true
        }
    }
    $list = Add-Element $element 'command:parameters'
    foreach ($parameter in $own) {
        $first = (Get-Set $Command $parameter | Select-Object -First 1).Value
        Add-Parameter $list (Get-Fact $Command $parameter $first) ($parameters["-$($parameter.Name)"] -split '```')[0] $false
    }
    foreach ($kind in @{ Section = 'INPUTS'; List = 'inputTypes'; Item = 'inputType' }, @{ Section = 'OUTPUTS'; List = 'returnValues'; Item = 'returnValue' }) {
        $types = Add-Element $element "command:$($kind.List)"
        $said = Split-Page $sections[$kind.Section] '###'
        foreach ($type in $said.Keys) {
            $item = Add-Element $types "command:$($kind.Item)"
            $null = Add-Element (Add-Element $item 'dev:type') 'maml:name' $type
            Add-Text $item 'maml:description' $said[$type]
        }
    }
    Add-Text (Add-Element $element 'maml:alertSet') 'maml:alert' $sections['NOTES']
    $examples = Add-Element $element 'command:examples'
    $shown = Split-Page $sections['EXAMPLES'] '###'
    foreach ($title in $shown.Keys) {
        $example = Add-Element $examples 'command:example'
        $null, $code, $text = $shown[$title] -split '```(?:powershell)?\n?'
        $null = Add-Element $example 'maml:title' "--------- $title ---------"
        $null = Add-Element $example 'maml:introduction'
        $null = Add-Element $example 'dev:code' "$code".Trim()
        Add-Text $example 'dev:remarks' "$text"
    }
    $links = Add-Element $element 'command:relatedLinks'
    # A page of the sources is nothing that a reader of Get-Help could open.
    foreach ($link in [regex]::Matches($sections['RELATED LINKS'], '(?m)^- \[([^]]+)\]')) {
        $navigation = Add-Element $links 'maml:navigationLink'
        $null = Add-Element $navigation 'maml:linkText' $link.Groups[1].Value
        $null = Add-Element $navigation 'maml:uri'
    }
}

$help = [xml] "<helpItems $(($namespaces.Keys | Sort-Object | ForEach-Object { "xmlns:$_='$($namespaces[$_])'" }) -join ' ') schema='maml' xmlns='http://msh'/>"
foreach ($command in Get-Command -Module StorageConnect -CommandType Cmdlet | Sort-Object Name) {
    $file = Join-Path $PSScriptRoot "$($command.Name).md"
    Add-Command $help.DocumentElement $command (Update-Page $file $command)
}
$null = $help.InsertBefore($help.CreateXmlDeclaration('1.0', 'utf-8', $null), $help.DocumentElement)
$writer = [Xml.XmlWriter]::Create($Maml, [Xml.XmlWriterSettings] @{ Indent = $true; Encoding = [Text.UTF8Encoding]::new($false); NewLineChars = "`n" })
try { $help.Save($writer) } finally { $writer.Dispose() }
