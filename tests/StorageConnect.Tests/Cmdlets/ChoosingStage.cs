using System.Management.Automation;
using System.Reflection;
using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>Two arrays with a thing of every kind on each, and how to call any cmdlet on them.</summary>
public sealed class ChoosingStage : IDisposable
{
    private readonly RecordingArray _other = new();
    private readonly RenderingHost _host = new(400);

    public ChoosingStage()
    {
        Session = new(host: _host);
        var lun = Session.Create("db01");
        var clone = Session.Clone(lun, "db01-test");
        var snapshot = Session.Snapshot(lun, "nightly");
        var group = Session.Group("web");
        Session.Register("zzfar", _other);
        foreach (var server in new[] { "lab", "zzfar" })
        {
            var other = Session.Create($"zz-{server}", server);
            Session.Snapshot(other, $"zz-snapshot-{server}");
            Session.Clone(other, $"zz-clone-{server}");
            Session.Module.Invoke("New-OscAccessGroup $name iqn.2001-04.com.example:z -StorageServer $server",
                ("name", $"zz-web-{server}"), ("server", server));
        }

        lun = (StorageElement)Session.Module.Invoke("Grant-OscStorageElementAccess db01 web -StorageServer lab -PassThru").Output[0].BaseObject;
        Records = new()
        {
            ["StorageElement"] = lun,
            ["Clone"] = clone,
            ["Snapshot"] = snapshot,
            ["AccessGroup"] = group,
            ["StorageServer"] = Session.Module.Get<StorageServer>("Get-OscStorageServer lab")[0],
            ["QosValue"] = Session.Module.Get<QosValue>("Get-OscQos -StorageServer lab")[0],
            ["IscsiTarget"] =
                new IscsiTarget { TargetName = "iqn.2001-04.com.example:t", Portal = "192.0.2.1:3260", StorageServerUuid = lun.StorageServerUuid },
            ["OscOperation"] = Session.Module.Get<OscOperation>("New-OscStorageElement slow 1GB -StorageServer lab -NoWait")[0],
            ["OscDevice"] = new OscDevice { Path = "/dev/sdz", Wwid = lun.Page83Id, StorageElementUuid = lun.Uuid, StorageServerUuid = lun.StorageServerUuid },
        };
        Forget();
    }

    public RecordingSession Session { get; }

    /// <summary>A record of every kind, of the array 'lab'. All other things have names that begin with zz.</summary>
    public Dictionary<string, object> Records { get; }

    /// <summary>The cmdlets there are.</summary>
    public static IReadOnlyDictionary<string, Type> Cmdlets { get; } = Assembly.LoadFrom(Path.Combine(StagedModule.Folder, "StorageConnect.dll")).GetTypes()
        .Where(type => type.GetCustomAttribute<CmdletAttribute>() is not null)
        .ToDictionary(type => $"{type.GetCustomAttribute<CmdletAttribute>()!.VerbName}-{type.GetCustomAttribute<CmdletAttribute>()!.NounName}");

    public static IEnumerable<PropertyInfo> ParametersOf(Type cmdlet) =>
        cmdlet.GetProperties().Where(property => property.IsDefined(typeof(ParameterAttribute), inherit: true));

    /// <summary>A parameter that is marked as one that chooses what a cmdlet works on.</summary>
    public static bool Chooses(PropertyInfo parameter) => parameter.GetCustomAttributes().Any(attribute => IsChoosing(attribute.GetType()));

    /// <summary>One for which an empty list means none, in place of what there is.</summary>
    public static bool AllowsNone(PropertyInfo parameter) => parameter.GetCustomAttributes()
        .Any(attribute => IsChoosing(attribute.GetType()) && (bool)attribute.GetType().GetProperty(nameof(AllowsNone))!.GetValue(attribute)!);

    /// <summary>Values for the parameters that must be given, beside one that is under test.</summary>
    public static Dictionary<string, object?> Needed(Type cmdlet, PropertyInfo tested)
    {
        var sets = tested.GetCustomAttributes<ParameterAttribute>().Select(parameter => parameter.ParameterSetName).ToList();
        var set = sets.FirstOrDefault(name => name != ParameterAttribute.AllParameterSets)
            ?? cmdlet.GetCustomAttribute<CmdletAttribute>()!.DefaultParameterSetName;
        var needed = ParametersOf(cmdlet)
            .Where(parameter => parameter.Name != tested.Name && parameter.GetCustomAttributes<ParameterAttribute>()
                .Any(one => one.Mandatory && (one.ParameterSetName == ParameterAttribute.AllParameterSets || one.ParameterSetName == set || set is null)))
            .ToDictionary(parameter => parameter.Name, Value);
        if (cmdlet.GetCustomAttribute<CmdletAttribute>()!.SupportsShouldProcess)
        {
            needed["WhatIf"] = true;
        }

        if (ParametersOf(cmdlet).Any(parameter => parameter.Name == "Timeout"))
        {
            needed["Timeout"] = 1;
        }

        if (cmdlet.Name == "TestOscPluginCommand")
        {
            needed["Destructive"] = true;
        }

        return needed;
    }

    /// <summary>What the arrays were asked since it was forgotten.</summary>
    public IEnumerable<string> Calls => Session.Array.CalledMethods.Concat(_other.CalledMethods);

    /// <summary>What was shown since it was forgotten: the lines of -WhatIf.</summary>
    public string Shown => _host.Text[_shown..];

    private int _shown;

    public void Forget()
    {
        Session.Array.ForgetCalls();
        _other.ForgetCalls();
        _shown = _host.Text.Length;
    }

    public void Dispose()
    {
        Session.Dispose();
        _other.Dispose();
    }

    private static bool IsChoosing(Type? attribute) => attribute is not null && (attribute.Name == "ChoosesAttribute" || IsChoosing(attribute.BaseType));

    private static object? Value(PropertyInfo parameter) => parameter.Name switch
    {
        "Size" => 2L << 30,
        "StorageType" => "SAN",
        "Plugin" => "Recording",
        "AccessGroup" when parameter.DeclaringType!.Name.Contains("Member", StringComparison.Ordinal) => "web",
        "AccessGroup" => "web",
        "Initiator" => "iqn.2001-04.com.example:b",
        "Snapshot" => "nightly",
        "NewName" => "new-name",
        "HostName" => "192.0.2.1",
        "Qos" => "gold",
        "Path" => "/nonexistent",
        "InputObject" => "db01",
        "Name" => "new",
        "StorageServer" => "lab",
        _ => "x",
    };
}
