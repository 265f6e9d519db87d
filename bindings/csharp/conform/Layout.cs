using System;
using System.Collections.Generic;
using System.Reflection;
using System.Runtime.InteropServices;
using Ipmon;

/// <summary>conform layout: the structs of the assembly, its internal ones too.</summary>
internal static class Layout
{
    internal static void Print()
    {
        Program.Out.WriteLine("{" + string.Join(",", new[]
        {
            Struct("ipmon_packet", "PacketEvent"),
            Struct("ipmon_error", "NativeError"),
            Struct("ipmon_notice", "NativeNotice"),
            Struct("ipmon_stats", "Stats"),
        }) + "}");
    }

    private static string Struct(string name, string type)
    {
        Type t = typeof(PacketMonitor).Assembly.GetType("Ipmon." + type, true);
        var fields = new List<string>();
        foreach (FieldInfo field in t.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance))
        {
            fields.Add("\"" + Program.Snake(field.Name) + "\":[" + Marshal.OffsetOf(t, field.Name) + "," + Size(field.FieldType) + "]");
        }
        return "\"" + name + "\":{\"size\":" + Marshal.SizeOf(t) + ",\"fields\":{" + string.Join(",", fields) + "}}";
    }

    private static int Size(Type t)
    {
        return t.IsPointer ? IntPtr.Size : Marshal.SizeOf(t.IsEnum ? Enum.GetUnderlyingType(t) : t);
    }
}
