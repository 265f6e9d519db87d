// How loops and runs of files end, what a monitor refuses meanwhile, and what it leaves.
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using Ipmon;

internal static partial class Files
{
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

    private static int Descriptors()
    {
        return Directory.GetFileSystemEntries("/proc/self/fd").Length;
    }
}
