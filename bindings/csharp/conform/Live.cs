using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using Ipmon;

/// <summary>The behaviours of live captures.</summary>
internal static class Live
{
    internal static int SilentStop(string name)
    {
        int stops = 0;
        double slowest = 0;
        using (var m = new PacketMonitor { LocalHost = name })
        {
            for (int i = 0; i < 20; i++)
            {
                var since = new Stopwatch();
                var stopper = new Thread(() =>
                {
                    Thread.Sleep(100);
                    since.Start();
                    m.Stop();
                });
                stopper.Start();
                foreach (PacketBatch batch in m.LiveBatches())
                {
                }
                since.Stop();
                stopper.Join();
                slowest = Math.Max(slowest, since.Elapsed.TotalMilliseconds);
                stops++;
            }
        }
        Console.Error.WriteLine(slowest);
        return Behaviours.Say("\"stops\":" + stops + ",\"within_50_ms\":" + (slowest < 50 ? "true" : "false"));
    }

    internal static int WaitForTheDescriptor(string name, int count)
    {
        using (var m = new PacketMonitor { LocalHost = name })
        {
            int packets = Wait(m, count).GetAwaiter().GetResult();
            return Behaviours.Say("\"packets\":" + Math.Min(packets, count));
        }
    }

    private static void Ready()
    {
        Program.Out.WriteLine("ready");
        Program.Out.Flush();
    }

#if NETCOREAPP
    private static async Task<int> Wait(PacketMonitor m, int count)
    {
        int packets = 0;
        IAsyncEnumerator<PacketBatch> batches = m.LiveBatchesAsync().GetAsyncEnumerator();
        try
        {
            // The first step opens the interface; a silent one has nothing yet.
            ValueTask<bool> next = batches.MoveNextAsync();
            Ready();
            while (packets < count && await next)
            {
                packets += batches.Current.Count;
                if (packets < count)
                {
                    next = batches.MoveNextAsync();
                }
            }
        }
        finally
        {
            await batches.DisposeAsync();
        }
        return packets;
    }
#else
    private static async Task<int> Wait(PacketMonitor m, int count)
    {
        int packets = 0;
        m.IPPacket += (sender, e) => packets++;
        m.OpenLive();
        Ready();
        while (packets < count)
        {
            await m.WhenReadable();
            while (m.DoEvents(0) == Status.Ok)
            {
            }
        }
        m.Stop();
        return packets;
    }
#endif

    internal static int ExitWhileCapturing(string name)
    {
        var m = new PacketMonitor { LocalHost = name };
        var ten = new CountdownEvent(10);
        m.IPPacket += (sender, e) =>
        {
            if (!ten.IsSet)
            {
                ten.Signal();
            }
        };
        m.Start();
        ten.Wait();
        Environment.Exit(7);
        return 1;
    }
}
