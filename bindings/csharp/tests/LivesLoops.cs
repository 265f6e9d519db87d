// Loops over live captures, and the waits for their descriptors.
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Ipmon;

internal static partial class Lives
{
    /// <summary>Ends what waits with each way to end it, and looks how long that
    /// takes.</summary>
    private static void EndsSoon(Action<PacketMonitor> loop, Action<PacketMonitor> end, bool isOpened = false)
    {
        var times = new List<double>();
        for (int i = 0; i < 5; i++)
        {
            using (PacketMonitor m = OnLoopback())
            {
                long over = 0;
                if (isOpened)
                {
                    m.OpenLive();
                }
                Action join = Check.InAThread(() =>
                {
                    loop(m);
                    over = Stopwatch.GetTimestamp();
                });
                Thread.Sleep(30);
                long since = Stopwatch.GetTimestamp();
                end(m);
                join();
                times.Add((over - since) * 1e3 / Stopwatch.Frequency);
            }
        }
        // A busy machine keeps threads waiting: conform's silent_stop measures.
        times.Sort();
        Check.That(times[0] < 50 && times[4] < 1000, "it took " + string.Join(" ", times) + " ms");
    }

    private static void LoopsOfPacketsEndWithin50Ms()
    {
        EndsSoon(m => m.LiveBatches().Count(), m => m.Stop());
        EndsSoon(m => m.LiveBatches().Count(), m => m.Dispose());
        EndsSoon(m => m.LivePackets().Count(), m => m.Stop());
        EndsSoon(m => m.Run(), m => m.Stop());
        EndsSoon(m => m.DoEvents(), m => m.Stop(), true);
        EndsSoon(m => m.DoEvents(), m => m.Dispose(), true);
        EndsSoon(m => m.WhenReadable().Wait(), m => m.Stop(), true);
        EndsSoon(m => m.WhenReadable().Wait(), m => m.Dispose(), true);
    }

    private static void LoopsTakeWhatComes()
    {
        using (PacketMonitor m = OnLoopback())
        {
            int seen = 0;
            Action join = Check.InAThread(() =>
            {
                foreach (Packet packet in m.LivePackets())
                {
                    if (++seen == 100)
                    {
                        break;
                    }
                }
            });
            Check.Soon(() => { Send(3); return Volatile.Read(ref seen) >= 100; }, "all packets");
            join();
            Check.Equal(seen, 100, "packets");
            m.SnapLength = 100;
        }
    }

    private static void TheDescriptorWakes()
    {
        using (PacketMonitor m = OnLoopback())
        {
            int seen = 0;
            m.IPPacket += (sender, e) => seen++;
            m.OpenLive();
            // What there is of its opening.
            while (m.DoEvents(0) == Status.Ok)
            {
            }
            Task readable = m.WhenReadable();
            for (int i = 0; i < 5; i++)
            {
                Send(10);
                Check.That(readable.Wait(10000), "it is readable");
                while (m.DoEvents(0) == Status.Ok)
                {
                }
                readable = m.WhenReadable();
            }
            Check.Soon(() => { m.DoEvents(0); return seen + (int)m.Stats.Dropped == 50; }, "all packets");
        }
    }

#if NETCOREAPP
    private static async Task<int> Count(PacketMonitor m, int upTo, CancellationToken token)
    {
        int seen = 0;
        IAsyncEnumerator<PacketBatch> batches = m.LiveBatchesAsync().GetAsyncEnumerator(token);
        try
        {
            while (seen < upTo && await batches.MoveNextAsync())
            {
                seen += batches.Current.Count;
            }
        }
        finally
        {
            await batches.DisposeAsync();
        }
        return seen;
    }

    private static void AsynchronousLoopsEndWithin50Ms()
    {
        EndsSoon(m => Count(m, 1, CancellationToken.None).Wait(), m => m.Stop());
        EndsSoon(m => Count(m, 1, CancellationToken.None).Wait(), m => m.Dispose());
        CancellationTokenSource cancel = null;
        EndsSoon(m =>
        {
            cancel = new CancellationTokenSource();
            var e = Check.Throws<AggregateException>(() => Count(m, 1, cancel.Token).Wait(), "it is cancelled");
            Check.That(e.InnerException is OperationCanceledException, "it is cancelled");
            Check.That(!m.Active, "it is over");
        }, m => cancel.Cancel());
    }

    private static void AsynchronousLoopsTakeWhatComes()
    {
        // More of them than the pool has threads.
        var monitors = new List<PacketMonitor>();
        var loops = new List<Task<int>>();
        for (int i = 0; i < 20; i++)
        {
            monitors.Add(OnLoopback());
            loops.Add(Count(monitors[i], 60, CancellationToken.None));
        }
        Check.Soon(() => { Send(1); return loops.All(loop => loop.IsCompleted); }, "all loops have their packets");
        Check.That(loops.All(loop => loop.Result >= 60), "packets");
        monitors.ForEach(m => m.Dispose());
    }
#endif
}
