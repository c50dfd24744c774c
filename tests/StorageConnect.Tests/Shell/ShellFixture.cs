namespace StorageConnect.Tests.Shell;

/// <summary>A small script module to import, and a folder for scripts.</summary>
public sealed class ShellFixture : IDisposable
{
    private const string Manifest =
        """
        @{
            RootModule = 'Trial.psm1'
            ModuleVersion = '1.0.0'
            GUID = '7e2f6a0c-6b2d-4d93-9d56-0e0a2b6a4d11'
            FunctionsToExport = 'Get-Thing', 'Remove-Thing', 'Write-Thing', 'Wait-Thing', 'New-Login'
        }
        """;

    private const string Module =
        """
        function Get-Thing {
            1..2 | ForEach-Object { [pscustomobject]@{ Name = "thing$_"; Size = $_ * 10 } }
        }
        function Remove-Thing {
            [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')] param([Parameter(Mandatory)] [string[]] $Name)
            foreach ($one in $Name) { if ($PSCmdlet.ShouldProcess($one)) { "removed $one" } }
        }
        function Write-Thing {
            [CmdletBinding()] param()
            $PSCmdlet.WriteWarning('careful')
            $PSCmdlet.WriteVerbose('detail')
            $PSCmdlet.WriteDebug('deep')
            $PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new([Exception]::new('bad thing'), 'BadThing', 'InvalidData', 'x'))
            'after'
        }
        function Wait-Thing {
            [CmdletBinding()] param()
            $PSCmdlet.WriteProgress([System.Management.Automation.ProgressRecord]::new(1, 'Waiting', 'for the end'))
            [Console]::WriteLine('waiting')
            try { while ($true) { [Threading.Thread]::Sleep(10) } } finally { [Console]::WriteLine('tidied up') }
        }
        function New-Login {
            [CmdletBinding()] param([Parameter(Mandatory)] [pscredential] $Credential)
            "$($Credential.UserName) has $($Credential.Password.Length) letters"
        }
        """;

    public ShellFixture()
    {
        File.WriteAllText(Path.Combine(Folder, "Trial.psd1"), Manifest);
        File.WriteAllText(Path.Combine(Folder, "Trial.psm1"), Module);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("shell-").FullName;

    internal string[] Arguments =>
        [Path.Combine(AppContext.BaseDirectory, "StorageConnect.Shell.dll"), "-Module", Path.Combine(Folder, "Trial.psd1")];

    public string Script(string text, string extension = ".ps1")
    {
        var file = Path.Combine(Folder, Path.GetRandomFileName() + extension);
        File.WriteAllText(file, text);
        return file;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
