// The options of a monitor.
using System;
using Ipmon;

internal static partial class Files
{
    private static void OptionsHaveDefaultsAndLimits()
    {
        using (var m = new PacketMonitor())
        {
            Check.Equal(m.LocalHost, "", "LocalHost");
            Check.Equal(m.Filter, "", "Filter");
            Check.Equal(m.Direction, Direction.Any, "Direction");
            Check.That(m.Promiscuous && m.AcceptData && !m.Reopen && !m.AllMulticast && !m.Active, "switches");
            Check.Equal(m.SnapLength, 262144, "SnapLength");
            Check.Equal(m.BufferSize, 32 << 20, "BufferSize");
            Check.Equal(m.Latency, TimeSpan.FromMilliseconds(1), "Latency");
            Check.Equal(m.FileAccess, FileAccessMode.Read, "FileAccess");
            Check.Equal(m.TimeSource, TimeSource.Host, "TimeSource");
            m.LocalHost = "é" + new string('x', 200);
            Check.Equal(m.LocalHost, "é" + new string('x', 200), "LocalHost");
            m.Filter = "udp";
            Check.Equal(m.Filter, "udp", "Filter");
            m.Filter = null;
            Check.Equal(m.Filter, "", "Filter");
            m.Direction = Direction.Out;
            m.Promiscuous = false;
            m.AcceptData = false;
            m.Reopen = m.AllMulticast = true;
            m.SnapLength = 100;
            m.BufferSize = 1 << 20;
            m.Latency = TimeSpan.FromTicks(25000);
            m.FileAccess = FileAccessMode.Map;
            m.TimeSource = TimeSource.Adapter;
            Check.That(m.Direction == Direction.Out && !m.Promiscuous && !m.AcceptData && m.Reopen &&
                m.AllMulticast && m.SnapLength == 100 && m.BufferSize == 1 << 20 &&
                m.Latency.Ticks == 25000 && m.FileAccess == FileAccessMode.Map &&
                m.TimeSource == TimeSource.Adapter, "options that were set");
            Check.Fails(Status.BadArgument, () => m.SnapLength = -1, "a negative length");
            Check.Fails(Status.BadArgument, () => m.BufferSize = 5, "a small buffer");
            Check.Fails(Status.BadArgument, () => m.Latency = TimeSpan.MaxValue, "a long latency");
            Check.Fails(Status.BadArgument, () => m.Latency = TimeSpan.FromSeconds(-1), "a negative latency");
            Check.Fails(Status.BadFilter, () => m.Filter = "tcp port port", "a bad filter");
            Check.Throws<ArgumentException>(() => m.Filter = "ip\0", "a NUL");
        }
    }

    private static void OptionsAreBusyInALoop()
    {
        using (var m = new PacketMonitor())
        {
            foreach (PacketBatch batch in m.FileBatches(capture))
            {
                Check.Fails(Status.Busy, () => m.SnapLength = 100, "an option");
                m.AcceptData = true;
            }
            m.SnapLength = 100;
        }
    }
}
