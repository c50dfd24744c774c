using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>A record of any type with the longest values there can be.</summary>
internal static class Specimen
{
    // As long as a name may be; two columns wide, and with all that could mean something to a table.
    private static readonly string LongText = string.Concat(Enumerable.Repeat("名W|\"'`$", 36));

    public static object Of(Type type)
    {
        var record = type.GetConstructor(Type.EmptyTypes) is { } constructor ? constructor.Invoke(null) : RuntimeHelpers.GetUninitializedObject(type);
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanWrite && property.GetIndexParameters().Length == 0))
        {
            property.SetValue(record, Value(property.PropertyType, type));
        }

        return record;
    }

    private static object? Value(Type type, Type owner)
    {
        var wanted = Nullable.GetUnderlyingType(type) ?? type;
        return wanted switch
        {
            _ when wanted == typeof(string) => LongText,
            _ when wanted == typeof(long) => long.MaxValue,
            _ when wanted == typeof(int) => int.MaxValue,
            _ when wanted == typeof(bool) => false,
            _ when wanted == typeof(DateTimeOffset) => new DateTimeOffset(2026, 12, 31, 23, 59, 59, TimeSpan.Zero),
            _ when wanted == typeof(TimeSpan) => TimeSpan.FromDays(9999),
            _ when wanted.IsEnum => Enum.GetValues(wanted).Cast<object>().MaxBy(value => value.ToString()!.Length),
            _ when wanted.IsGenericType && wanted.IsAssignableTo(typeof(IEnumerable)) => List(wanted, owner),
            _ when wanted == owner || wanted.IsValueType || wanted.IsAbstract => null,
            _ when wanted.Assembly == typeof(StorageElement).Assembly
                || wanted.Namespace?.StartsWith("StorageConnect", StringComparison.Ordinal) == true => Of(wanted),
            _ => null,
        };
    }

    private static object? List(Type list, Type owner)
    {
        if (list.GetGenericTypeDefinition() != typeof(ValueList<>))
        {
            return null;
        }

        var item = list.GetGenericArguments()[0];
        var items = Array.CreateInstance(item, 3);
        for (var i = 0; i < items.Length; i++)
        {
            items.SetValue(Value(item, owner), i);
        }

        return typeof(Specimen).GetMethod(nameof(ToValueList), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(item).Invoke(null, [items]);
    }

    private static ValueList<T> ToValueList<T>(T[] items) => items.ToValueList();
}
