// usage: files CAPTURE. What a monitor does with files, on every runtime.
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Ipmon;

internal static class Files
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
        Check.Throws<InvalidOperationException>(() => kept.Packet.Id.GetType(), "a packet after its handler");
    }

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

    private static void AHandlersExceptionEndsTheRun()
    {
        using (var m = new PacketMonitor())
        {
            int seen = 0;
            bool throws = true;
            var notices = new List<NoticeCode>();
            m.NoticeReceived += (sender, notice) => notices.Add(notice.Code);
            m.IPPacket += (sender, e) =>
            {
                seen++;
                if (throws)
                {
                    throw new InvalidOperationException("mine");
                }
            };
            var thrown = Check.Throws<InvalidOperationException>(() => m.ParseFile(capture), "ParseFile");
            Check.Equal(thrown.Message, "mine", "its text");
            Check.That(thrown.StackTrace.Contains("AHandlersExceptionEndsTheRun"), "its trace");
            Check.Equal(seen, 1, "packets");
            Check.Equal(notices.Single(), NoticeCode.Ended, "the notice");
            throws = false;
            seen = 0;
            Check.That(m.ParseFile(capture) && seen == all, "a second reading");
        }
    }

    private static void ANoticesExceptionComesOutOfTheLoop()
    {
        using (var m = new PacketMonitor())
        {
            bool throws = true;
            m.NoticeReceived += (sender, notice) =>
            {
                if (throws)
                {
                    throw new InvalidOperationException("mine");
                }
            };
            Check.Throws<InvalidOperationException>(() => m.FileBatches(capture).Count(), "the loop");
            // Nothing is thrown where a loop is left.
            foreach (PacketBatch batch in m.FileBatches(capture))
            {
                break;
            }
            throws = false;
            Check.That(m.ParseFile(capture), "a parse behind it");
            throws = true;
            Check.Throws<InvalidOperationException>(() => m.ParseFile(capture), "ParseFile");
            Check.Throws<InvalidOperationException>(() =>
            {
                foreach (PacketBatch batch in m.FileBatches(capture))
                {
                    m.Stop();
                }
            }, "a stopped loop");
        }
    }

    private static void ALoopThatIsLeftGivesBackTheMonitor()
    {
        using (var m = new PacketMonitor())
        {
            for (int i = 0; i < 3; i++)
            {
                foreach (Packet packet in m.FilePackets(capture))
                {
                    break;
                }
                m.Filter = "ip";
                Check.That(m.ParseFile(capture), "a parse behind it");
            }
            Check.Throws<DivideByZeroException>(() =>
            {
                foreach (PacketBatch batch in m.FileBatches(capture))
                {
                    throw new DivideByZeroException();
                }
            }, "the loop");
            m.Filter = "";
            Check.Equal(m.FilePackets(capture).Count(), all, "packets");
            // A loop that never begins holds nothing.
            m.FileBatches(capture).GetEnumerator().Dispose();
            m.FileBatches(capture).GetEnumerator();
            Check.Equal(m.FilePackets(capture).Count(), all, "packets");
        }
    }

    private static void OneThingAtATime()
    {
        using (var m = new PacketMonitor())
        {
            int batches = 0;
            foreach (PacketBatch batch in m.FileBatches(capture))
            {
                Check.Fails(Status.Busy, () => m.FileBatches(capture).Count(), "a second loop");
                Check.Fails(Status.Busy, () => m.ParseFile(capture), "a parse");
                Check.Fails(Status.Busy, () => m.OpenFile(capture), "an open");
                Check.Fails(Status.Busy, () => m.Reset(), "a reset");
                Check.That(batch.Count != 0 && batch[0].FrameNumber != 0, "the batch is still there");
                batches++;
            }
            Check.That(batches != 0, "batches");
        }
    }

    private static void StopInTheLoopEndsIt()
    {
        using (var m = new PacketMonitor())
        {
            for (int i = 0; i < 2; i++)
            {
                int seen = 0;
                foreach (Packet packet in m.FilePackets(capture))
                {
                    if (++seen == 3)
                    {
                        m.Stop();
                        m.Stop();
                    }
                }
                Check.Equal(seen, 3, "packets");
                // No interrupt is left for the next.
                Check.That(m.ParseFile(capture), "a parse behind it");
            }
        }
    }

    private static void DisposeInTheLoopAndInTheHandler()
    {
        int descriptors = Descriptors();
        var m = new PacketMonitor();
        int seen = 0;
        foreach (PacketBatch batch in m.FileBatches(capture))
        {
            m.Dispose();
            m.Dispose();
            Check.That(batch[batch.Count - 1].CopyFrame().Length != 0, "the batch is still there");
            seen++;
        }
        Check.Equal(seen, 1, "batches");
        m = new PacketMonitor();
        seen = 0;
        m.IPPacket += (sender, e) =>
        {
            m.Dispose();
            Check.That(e.Packet.CopyFrame().Length != 0, "the packet is still there");
            seen++;
        };
        Check.That(!m.ParseFile(capture), "the end was not reached");
        Check.Equal(seen, 1, "packets");
        Check.Equal(Descriptors(), descriptors, "descriptors");
    }

    private static void ADisposedMonitorRefusesAll()
    {
        var m = new PacketMonitor();
        m.Dispose();
        m.Dispose();
        foreach (Action use in new Action[]
        {
            () => m.ParseFile(capture), () => m.Start(), () => m.Stop(), () => m.Wait(0), () => m.Run(),
            () => m.OpenLive(), () => m.OpenFile(capture), () => m.DoEvents(0), () => m.Reset(), () => m.Interrupt(),
            () => m.CheckAccess(), () => m.FilePackets(capture).Count(), () => m.FileBatches(capture).Count(),
            () => m.LiveBatches().Count(), () => m.Filter = "", () => m.SnapLength = m.SnapLength,
            () => m.Stats.GetType(), () => m.Active.GetType(), () => m.WhenReadable(), () => m.LastError.GetType(),
        })
        {
            Check.Throws<ObjectDisposedException>(use, "a disposed monitor");
        }
    }

    private static void AnotherThreadEndsASilentPipe()
    {
        string pipe = Path.Combine(Path.GetTempPath(), "ipmon-" + Guid.NewGuid().ToString("N"));
        using (Process make = Process.Start("mkfifo", pipe))
        {
            make.WaitForExit();
        }
        // It is kept open for writing, and nothing is written.
        using (var silent = new FileStream(pipe, FileMode.Open, System.IO.FileAccess.ReadWrite))
        {
            File.Delete(pipe);
            string path = "/proc/self/fd/" + silent.SafeFileHandle.DangerousGetHandle();
            foreach (Action<PacketMonitor> end in new Action<PacketMonitor>[]
                { x => x.Stop(), x => x.Dispose(), x => x.Interrupt() })
            {
                var m = new PacketMonitor();
                bool finished = true;
                Action join = Check.InAThread(() => finished = m.ParseFile(path));
                Thread.Sleep(30);
                end(m);
                join();
                Check.That(!finished, "the end was not reached");
                m.Dispose();
            }
            foreach (Action<PacketMonitor> end in new Action<PacketMonitor>[] { x => x.Stop(), x => x.Dispose() })
            {
                var m = new PacketMonitor();
                Action join = Check.InAThread(() => Check.Equal(m.FileBatches(path).Count(), 0, "batches"));
                Thread.Sleep(30);
                end(m);
                join();
                m.Dispose();
            }
        }
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

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget()
    {
        for (int i = 0; i < 100; i++)
        {
            var m = new PacketMonitor();
            m.IPPacket += (sender, e) => m.Interrupt();
            m.OpenFile(capture);
            new PacketMonitor().FileBatches(capture).GetEnumerator().MoveNext();
        }
    }

    private static void AForgottenMonitorIsCollected()
    {
        int descriptors = Descriptors();
        Forget();
        // Mono looks through the stack for what may be a reference: not every last one goes.
        Check.Soon(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return Descriptors() < descriptors + 30;
        }, "descriptors are given back");
    }

    private static void ABatchIsEmptyAfterItsLoop()
    {
        using (var m = new PacketMonitor())
        {
            PacketBatch kept = null;
            foreach (PacketBatch batch in m.FileBatches(capture))
            {
                Check.Throws<ArgumentOutOfRangeException>(() => batch[batch.Count].GetType(), "beyond the end");
                kept = batch;
            }
            Check.Equal(kept.Count, 0, "packets");
            Check.Throws<ArgumentOutOfRangeException>(() => kept[0].GetType(), "after the loop");
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

    private static void AnInterruptDoesNotEndALoop()
    {
        using (var m = new PacketMonitor())
        {
            int seen = 0;
            foreach (PacketBatch batch in m.FileBatches(capture))
            {
                m.Interrupt();
                seen += batch.Count;
            }
            Check.Equal(seen, all, "packets");
        }
    }

    private static void ResetBringsDefaults()
    {
        using (var m = new PacketMonitor())
        {
            int packets = 0;
            m.IPPacket += (sender, e) => packets++;
            m.Filter = "udp";
            m.Reset();
            Check.Equal(m.Filter, "", "the filter");
            m.ParseFile(capture);
            Check.Equal(packets, all, "handlers stay");
        }
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

    private static int Descriptors()
    {
        return Directory.GetFileSystemEntries("/proc/self/fd").Length;
    }
}
