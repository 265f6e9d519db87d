// usage: files CAPTURE. What a monitor does with files, on every runtime.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Ipmon;

internal static partial class Files
{
    private static string capture;
    private static int all;

    private static int Main(string[] args)
    {
        capture = args[0];
        using (var m = new PacketMonitor())
        {
            all = m.FilePackets(capture).Count();
        }
        return Check.All(EveryWayGivesTheSame, CopiesMayBeKept, PacketsOfAHandlerAreLent,
            OptionsHaveDefaultsAndLimits, OptionsAreBusyInALoop, AHandlersExceptionEndsTheRun,
            ANoticesExceptionComesOutOfTheLoop, ALoopThatIsLeftGivesBackTheMonitor,
            OneThingAtATime, StopInTheLoopEndsIt, DisposeInTheLoopAndInTheHandler,
            ADisposedMonitorRefusesAll, AnotherThreadEndsASilentPipe, ErrorsSayWhatAndWhere,
            AForgottenMonitorIsCollected, ABatchIsEmptyAfterItsLoop, EventsOnThisThread,
#if NETCOREAPP
            AsynchronousLoops,
#endif
            TimesAndAddresses, AdaptersAreListed, AnInterruptDoesNotEndALoop, ResetBringsDefaults) == 0 ? 0 : 1;
    }

    private static List<string> Numbers(Action<PacketMonitor, List<string>> read)
    {
        var seen = new List<string>();
        using (var m = new PacketMonitor())
        {
            read(m, seen);
            Check.Equal(m.Stats.Delivered, (ulong)all, "delivered");
        }
        return seen;
    }

    private static string Show(in PacketEvent p)
    {
        return p.FrameNumber + " " + p.SourceAddress + ":" + p.SourcePort + " " + p.DestinationText + " " +
            p.IpProtocol + " " + p.TimestampNs + " " + BitConverter.ToString(p.CopyPayload()) + " " + p.CopyIP().Length;
    }

    private static string Show(Packet p)
    {
        return p.FrameNumber + " " + p.SourceAddress + ":" + p.SourcePort + " " + p.DestinationText + " " +
            p.IpProtocol + " " + p.TimestampNs + " " + BitConverter.ToString(p.Payload.ToArray()) + " " + p.IP.Count;
    }

    private static void EveryWayGivesTheSame()
    {
        List<string> pushed = Numbers((m, seen) =>
        {
            m.IPPacket += (sender, e) => seen.Add(Show(in e.Packet));
            Check.That(m.ParseFile(capture), "read to the end");
        });
        List<string> pulled = Numbers((m, seen) =>
        {
            foreach (PacketBatch batch in m.FileBatches(capture))
            {
                for (int i = 0; i < batch.Count; i++)
                {
                    seen.Add(Show(in batch[i]));
                }
            }
        });
        List<string> copied = Numbers((m, seen) => seen.AddRange(m.FilePackets(capture).Select(p => Show(p))));
        Check.Equal(pushed.Count, all, "pushed");
        Check.That(pushed.SequenceEqual(pulled), "pulled packets differ");
        Check.That(pushed.SequenceEqual(copied), "copies differ");
#if NETCOREAPP
        List<string> spans = Numbers((m, seen) =>
        {
            foreach (PacketBatch batch in m.FileBatches(capture))
            {
                for (int i = 0; i < batch.Events.Length; i++)
                {
                    Check.That(batch.Events[i].Payload.SequenceEqual(batch.Events[i].CopyPayload()) &&
                        batch.Events[i].IP.SequenceEqual(batch.Events[i].CopyIP()) &&
                        batch.Events[i].Frame.SequenceEqual(batch.Events[i].CopyFrame()), "spans differ");
                    seen.Add(Show(in batch.Events[i]));
                }
            }
        });
        Check.That(pushed.SequenceEqual(spans), "spans differ");
#endif
    }

    private static void CopiesMayBeKept()
    {
        var kept = new List<Packet>();
        var shown = new List<string>();
        using (var m = new PacketMonitor())
        {
            foreach (PacketBatch batch in m.FileBatches(capture))
            {
                kept.AddRange(batch.Copy());
                for (int i = 0; i < batch.Count; i++)
                {
                    shown.Add(Show(in batch[i]));
                }
            }
        }
        GC.Collect();
        Check.That(kept.Select(p => Show(p)).SequenceEqual(shown), "copies changed");
        Check.That(kept.All(p => p.Frame.Count >= p.IP.Count && p.IP.Count >= p.Payload.Count), "lengths");
    }

    private static void PacketsOfAHandlerAreLent()
    {
        IPPacketEventArgs kept = null;
        using (var m = new PacketMonitor())
        {
            m.IPPacket += (sender, e) =>
            {
                Check.That(sender == m, "the sender");
                kept = e;
            };
            m.ParseFile(capture);
        }
        Check.Throws<InvalidOperationException>(() => kept.Packet.Id.ToString(), "a packet after its handler");
    }

    private static void ErrorsSayWhatAndWhere()
    {
        using (var m = new PacketMonitor())
        {
            Check.Fails(Status.NotFound, () => m.ParseFile("no/such/file"), "no file");
            Check.That(m.LastError.Contains("no/such/file"), "its name");
            Check.Fails(Status.NotFound, () => m.FileBatches("no/such/file").Count(), "no file");
            Check.Fails(Status.BadArgument, () => m.ParseFile(""), "no name");
            Check.Fails(Status.BadArgument, () => m.DoEvents(0), "nothing is open");
            string cut = Path.GetTempFileName();
            try
            {
                byte[] bytes = File.ReadAllBytes(capture);
                File.WriteAllBytes(cut, bytes.Take(bytes.Length - 5).ToArray());
                var seen = new List<Packet>();
                Check.Fails(Status.Truncated, () => seen.AddRange(m.FilePackets(cut)), "a truncated file");
                int packets = 0;
                m.IPPacket += (sender, e) => packets++;
                Check.Fails(Status.Truncated, () => m.ParseFile(cut), "a truncated file");
                Check.Equal(packets, all - 1, "packets before it");
            }
            finally
            {
                File.Delete(cut);
            }
        }
    }

    private static void ABatchIsEmptyAfterItsLoop()
    {
        using (var m = new PacketMonitor())
        {
            PacketBatch kept = null;
            foreach (PacketBatch batch in m.FileBatches(capture))
            {
                Check.Throws<ArgumentOutOfRangeException>(() => batch[batch.Count].Id.ToString(), "beyond the end");
                kept = batch;
            }
            Check.Equal(kept.Count, 0, "packets");
            Check.Throws<ArgumentOutOfRangeException>(() => kept[0].Id.ToString(), "after the loop");
        }
    }

    private static void EventsOnThisThread()
    {
        using (var m = new PacketMonitor())
        {
            int packets = 0, thread = Thread.CurrentThread.ManagedThreadId;
            m.IPPacket += (sender, e) =>
            {
                Check.Equal(Thread.CurrentThread.ManagedThreadId, thread, "the thread");
                packets++;
            };
            m.OpenFile(capture);
            Check.That(m.WhenReadable().Wait(10000), "a file is readable");
            while (m.DoEvents() == Status.Ok)
            {
            }
            Check.Equal(packets, all, "packets");
            Check.Equal(m.DoEvents(), Status.End, "the end");
            Check.That(m.WhenReadable().Wait(10000), "nothing is open");
        }
    }

    private static void TimesAndAddresses()
    {
        using (var m = new PacketMonitor())
        {
            Packet first = m.FilePackets(capture).First();
            Check.Equal(first.Time.Kind, DateTimeKind.Utc, "the time's kind");
            Check.Equal((first.Time - new DateTime(1970, 1, 1)).Ticks, first.TimestampNs / 100, "the time");
            Check.Equal(first.Timestamp, first.TimestampNs / 1000, "the time");
            foreach (Packet packet in m.FilePackets(capture))
            {
                Check.Equal(IPAddress.Parse(packet.SourceText), packet.SourceAddress, "the source");
                Check.Equal(IPAddress.Parse(packet.DestinationText), packet.DestinationAddress, "the destination");
                Check.Equal(packet.SourceAddress.GetAddressBytes().Length, packet.IpVersion == 4 ? 4 : 16, "the version");
            }
        }
    }

    private static void AdaptersAreListed()
    {
        Adapter loopback = PacketMonitor.Adapters().Single(a => (a.Flags & AdapterFlags.Loopback) != 0);
        Check.Equal(loopback.Name, "lo", "the loopback interface");
        foreach (AdapterAddress address in PacketMonitor.IpAddresses())
        {
            Check.That(address.Text.StartsWith(address.Address.ToString()), "an address and its text");
            Check.That(PacketMonitor.Adapters().Any(a => a.Name == address.InterfaceName), "its interface");
        }
        Check.That(PacketMonitor.LibraryVersion.Contains("."), "the version");
    }

#if NETCOREAPP
    private static void AsynchronousLoops()
    {
        Check.That(ReadAsync().Wait(10000), "it hangs");
    }

    private static async Task ReadAsync()
    {
        using (var m = new PacketMonitor())
        {
            int seen = 0;
            IAsyncEnumerator<PacketBatch> batches = m.FileBatchesAsync(capture).GetAsyncEnumerator();
            while (await batches.MoveNextAsync())
            {
                seen += batches.Current.Count;
            }
            await batches.DisposeAsync();
            Check.Equal(seen, all, "packets");

            var cancel = new CancellationTokenSource();
            batches = m.FileBatchesAsync(capture, cancel.Token).GetAsyncEnumerator();
            Check.That(await batches.MoveNextAsync(), "a first batch");
            cancel.Cancel();
            bool cancelled = false;
            try
            {
                await batches.MoveNextAsync();
            }
            catch (OperationCanceledException)
            {
                cancelled = true;
            }
            await batches.DisposeAsync();
            Check.That(cancelled, "cancelled");
            // And nothing is left of that.
            Check.That(m.ParseFile(capture), "a parse behind it");

            bool failed = false;
            try
            {
                await m.FileBatchesAsync("no/such/file").GetAsyncEnumerator().MoveNextAsync();
            }
            catch (IpmonException e)
            {
                failed = e.Status == Status.NotFound;
            }
            Check.That(failed, "no file");
        }
    }
#endif
}
