using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;
using Ipmon;

/// <summary>conform sum: what is timed.</summary>
internal static class Sums
{
    private static uint sum;
    private static ulong packets;

    internal static void Print(string mode, string capture)
    {
        using (var m = new PacketMonitor())
        {
            switch (mode)
            {
                case "pull":
                    foreach (PacketBatch batch in m.FileBatches(capture))
                    {
                        Add(batch);
                    }
                    break;
                case "push":
                    m.IPPacket += (sender, e) => Add(in e.Packet);
                    m.ParseFile(capture);
                    break;
#if NETCOREAPP
                case "async":
                    AddAsync(m, capture).GetAwaiter().GetResult();
                    break;
#endif
            }
        }
        Program.Out.WriteLine("{\"packets\":" + packets + ",\"sum\":" + sum + "}");
    }

#if NETCOREAPP
    private static async Task AddAsync(PacketMonitor m, string capture)
    {
        IAsyncEnumerator<PacketBatch> batches = m.FileBatchesAsync(capture).GetAsyncEnumerator();
        try
        {
            while (await batches.MoveNextAsync())
            {
                Add(batches.Current);
            }
        }
        finally
        {
            await batches.DisposeAsync();
        }
    }

    private static void Add(PacketBatch batch)
    {
        uint s = sum;
        System.ReadOnlySpan<PacketEvent> all = batch.Events;
        for (int i = 0; i < all.Length; i++)
        {
            s += Of(in all[i]);
        }
        sum = s;
        packets += (uint)all.Length;
    }
#else
    private static void Add(PacketBatch batch)
    {
        uint s = sum;
        int count = batch.Count;
        for (int i = 0; i < count; i++)
        {
            s += Of(in batch[i]);
        }
        sum = s;
        packets += (uint)count;
    }
#endif

    private static void Add(in PacketEvent p)
    {
        sum += Of(in p);
        packets++;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Of(in PacketEvent p)
    {
        ulong a, b, c, d;
        p.GetSourceBits(out a, out b);
        p.GetDestinationBits(out c, out d);
        return (uint)p.SourcePort + p.DestinationPort + p.IpVersion + p.Tos + p.Id + p.Flags + p.Offset +
            p.Ttl + p.Checksum + p.IpProtocol + (uint)p.PayloadLength + (uint)p.Timestamp +
            (uint)a + (uint)(a >> 32) + (uint)b + (uint)(b >> 32) +
            (uint)c + (uint)(c >> 32) + (uint)d + (uint)(d >> 32);
    }
}
