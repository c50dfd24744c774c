@{
    RootModule        = 'EmptyModule.dll'
    ModuleVersion     = '1.0.0'
    GUID              = '5a3f2c0e-7f5b-4d0a-9d3c-3c1f1b6f3d11'
    CmdletsToExport   = 'Get-Empty'
    FunctionsToExport = @()
    AliasesToExport   = @()
    VariablesToExport = @()
}
