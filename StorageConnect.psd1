@{
    RootModule             = 'StorageConnect.dll'
    ModuleVersion          = '0.1.0'
    GUID                   = '5d6f0b0e-3a0f-4c59-9d0a-7f2c8b1e4a61'
    Author                 = 'StorageConnect maintainers'
    CompanyName            = 'StorageConnect maintainers'
    Copyright              = '(c) StorageConnect maintainers. Licensed under Apache-2.0.'
    Description            = 'Manages any storage array through Storage Connect plug-ins, with strongly typed records in the pipeline.'
    PowerShellVersion      = '7.6'
    CompatiblePSEditions   = @('Core')
    FormatsToProcess       = @(
        'AccessGroup.format.ps1xml'
        'Plugin.format.ps1xml'
        'StorageConnect.format.ps1xml'
        'StorageElement.format.ps1xml'
        'StorageServer.format.ps1xml'
    )
    FunctionsToExport      = @()
    VariablesToExport      = @()
    CmdletsToExport        = @(
        'Add-OscAccessGroupMember'
        'Disable-OscStorageElement'
        'Enable-OscStorageElement'
        'Export-OscDiagram'
        'Get-OscAccessGroup'
        'Get-OscCapability'
        'Get-OscClone'
        'Get-OscCloneLimit'
        'Get-OscLineage'
        'Get-OscOperation'
        'Get-OscPlugin'
        'Get-OscQos'
        'Get-OscSnapshot'
        'Get-OscSnapshotLimit'
        'Get-OscStatus'
        'Get-OscStorageElement'
        'Get-OscStorageName'
        'Get-OscStorageServer'
        'Grant-OscStorageElementAccess'
        'Invoke-OscClone'
        'New-OscAccessContext'
        'New-OscAccessGroup'
        'New-OscSnapshot'
        'New-OscStorageElement'
        'Register-OscPlugin'
        'Register-OscStorageServer'
        'Remove-OscAccessGroup'
        'Remove-OscAccessGroupMember'
        'Remove-OscOperation'
        'Remove-OscSnapshot'
        'Remove-OscStorageElement'
        'Rename-OscAccessGroup'
        'Resize-OscStorageElement'
        'Restore-OscSnapshot'
        'Revoke-OscStorageElementAccess'
        'Set-OscQos'
        'Set-OscStorageServer'
        'Split-OscClone'
        'Stop-OscOperation'
        'Test-OscClone'
        'Test-OscCloneSplit'
        'Test-OscSnapshot'
        'Test-OscSnapshotRestore'
        'Test-OscStorageServer'
        'Unregister-OscPlugin'
        'Unregister-OscStorageServer'
        'Update-OscStorageElement'
        'Wait-OscOperation'
    )
    AliasesToExport        = @('New-OscClone')
    PrivateData            = @{
        PSData = @{
            Tags       = @('Storage', 'iSCSI', 'SAN', 'Multipath', 'Snapshot', 'Linux', 'PSEdition_Core')
            LicenseUri = 'https://www.apache.org/licenses/LICENSE-2.0'
        }
    }
}
