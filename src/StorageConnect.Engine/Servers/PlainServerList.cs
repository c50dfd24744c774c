using System.Text.Json;

namespace StorageConnect.Engine.Servers;

/// <summary>
/// Reads the list of servers as this version writes it, field by field. <see cref="StoredJson"/> reads any form of it, but the serializer has to be compiled
/// first, which is most of the time of a process that runs one command.
/// </summary>
internal static class PlainServerList
{
    /// <summary>The servers; null where there is anything else in the text than what this version writes, which then says nothing about it.</summary>
    /// <param name="json">The text of the file.</param>
    /// <param name="version">The version that it must have.</param>
    public static IReadOnlyList<RegisteredServer>? TryRead(ReadOnlyMemory<byte> json, int version)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var list = new Fields(document.RootElement);
            var isRead = list.Take("Version").GetInt32() == version;
            var servers = list.Take("Servers").EnumerateArray().Select(ToEntry).ToList();
            return isRead && list.IsAtEnd ? servers : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static RegisteredServer ToEntry(JsonElement json)
    {
        var fields = new Fields(json);
        return fields.End(new RegisteredServer(
            ToServer(fields.Take(nameof(RegisteredServer.Server))),
            fields.Text(nameof(RegisteredServer.PluginClass)),
            fields.Text(nameof(RegisteredServer.Revision)),
            fields.TextOrNull(nameof(RegisteredServer.SecretsRevision))));
    }

    private static StorageServer ToServer(JsonElement json)
    {
        var fields = new Fields(json);
        return fields.End(new StorageServer
        {
            Uuid = fields.Text(nameof(StorageServer.Uuid)),
            Name = fields.Text(nameof(StorageServer.Name)),
            PluginName = fields.Text(nameof(StorageServer.PluginName)),
            PluginVersion = fields.Text(nameof(StorageServer.PluginVersion)),
            StorageType = fields.Text(nameof(StorageServer.StorageType)) switch
            {
                nameof(StorageType.iSCSI) => StorageType.iSCSI,
                nameof(StorageType.SAN) => StorageType.SAN,
                _ => throw new FormatException(),
            },
            AccessContexts = fields.List(nameof(StorageServer.AccessContexts), ToContext),
            AdminHost = fields.TextOrNull(nameof(StorageServer.AdminHost)),
            AdminUser = fields.TextOrNull(nameof(StorageServer.AdminUser)),
            StorageName = fields.TextOrNull(nameof(StorageServer.StorageName)),
            VolumeGroups = fields.Texts(nameof(StorageServer.VolumeGroups)),
            ExtraInfo = fields.TextOrNull(nameof(StorageServer.ExtraInfo)),
            NetDevices = fields.Texts(nameof(StorageServer.NetDevices)),
            Chap = fields.Take(nameof(StorageServer.Chap)).GetBoolean(),
            StorageId = fields.TextOrNull(nameof(StorageServer.StorageId)),
            ArrayId = fields.TextOrNull(nameof(StorageServer.ArrayId)),
            IscsiTargets = fields.List(nameof(StorageServer.IscsiTargets), ToTarget),
            AccessGroups = fields.List(nameof(StorageServer.AccessGroups), ToGroup),
            Status = fields.TextOrNull(nameof(StorageServer.Status)),
            Description = fields.TextOrNull(nameof(StorageServer.Description)),
            TotalBytes = fields.TryTake(nameof(StorageServer.TotalBytes))?.GetInt64(),
            UsedBytes = fields.TryTake(nameof(StorageServer.UsedBytes))?.GetInt64(),
            FreeBytes = fields.TryTake(nameof(StorageServer.FreeBytes))?.GetInt64(),
            AllocatedBytes = fields.TryTake(nameof(StorageServer.AllocatedBytes))?.GetInt64(),
            ReportedAt = fields.TryTake(nameof(StorageServer.ReportedAt))?.GetDateTimeOffset(),
        });
    }

    private static AccessContext ToContext(JsonElement json)
    {
        var fields = new Fields(json);
        return fields.End(new AccessContext
        {
            Host = fields.Text(nameof(AccessContext.Host)),
            Port = fields.Take(nameof(AccessContext.Port)).GetInt32(),
            ChapUser = fields.TextOrNull(nameof(AccessContext.ChapUser)),
            MutualChapUser = fields.TextOrNull(nameof(AccessContext.MutualChapUser)),
            NetDevice = fields.TextOrNull(nameof(AccessContext.NetDevice)),
        });
    }

    private static IscsiTarget ToTarget(JsonElement json)
    {
        var fields = new Fields(json);
        return fields.End(new IscsiTarget
        {
            TargetName = fields.Text(nameof(IscsiTarget.TargetName)),
            Portal = fields.Text(nameof(IscsiTarget.Portal)),
            Tpgt = fields.Take(nameof(IscsiTarget.Tpgt)).GetInt32(),
            StorageServerUuid = fields.Text(nameof(IscsiTarget.StorageServerUuid)),
            Connected = fields.Take(nameof(IscsiTarget.Connected)).GetBoolean(),
        });
    }

    private static AccessGroup ToGroup(JsonElement json)
    {
        var fields = new Fields(json);
        return fields.End(new AccessGroup
        {
            Name = fields.Text(nameof(AccessGroup.Name)),
            Entries = fields.Texts(nameof(AccessGroup.Entries)),
            StorageServerUuid = fields.Text(nameof(AccessGroup.StorageServerUuid)),
            StorageServerName = fields.Text(nameof(AccessGroup.StorageServerName)),
        });
    }

    /// <summary>The fields of an object in the order in which they are written; those that are null are left out.</summary>
    private sealed class Fields
    {
        private JsonElement.ObjectEnumerator _fields;

        public Fields(JsonElement json)
        {
            _fields = json.EnumerateObject();
            IsAtEnd = !_fields.MoveNext();
        }

        /// <summary>True when all of them were taken.</summary>
        public bool IsAtEnd { get; private set; }

        public JsonElement Take(string name) => TryTake(name) ?? throw new FormatException();

        public JsonElement? TryTake(string name)
        {
            if (IsAtEnd || !_fields.Current.NameEquals(name))
            {
                return null;
            }

            var value = _fields.Current.Value;
            IsAtEnd = !_fields.MoveNext();
            return value;
        }

        public string Text(string name) => TextOrNull(name) ?? throw new FormatException();

        public string? TextOrNull(string name) => TryTake(name) is { } value ? value.GetString() ?? throw new FormatException() : null;

        public ValueList<string> Texts(string name) => List(name, static item => item.GetString() ?? throw new FormatException());

        public ValueList<T> List<T>(string name, Func<JsonElement, T> read) => Take(name).EnumerateArray().Select(read).ToValueList();

        /// <summary>The record that was made of the fields.</summary>
        public T End<T>(T record) => IsAtEnd ? record : throw new FormatException();
    }
}
