// usage: lives, as root in a network namespace of its own, in which lo is up. What a
// monitor does with live captures, on every runtime.
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Threading;
using Ipmon;

internal static partial class Lives
{
    private static readonly UdpClient Receiver = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
    private static readonly UdpClient Sender = new UdpClient();

    private static int Main(string[] args)
    {
        return Check.All(RunEndsWithAStopInTheHandler, AnExceptionComesOutOfRunAndStop,
            StopAndWaitFromOtherThreads, DisposeInTheHandler, DisposeFromAnotherThread,
            WhatWasStartedGoesOnByItself, AnInterruptEndsAWait, FailuresComeOutOfStart,
            LoopsOfPacketsEndWithin50Ms, LoopsTakeWhatComes, TheDescriptorWakes,
#if NETCOREAPP
            AsynchronousLoopsEndWithin50Ms, AsynchronousLoopsTakeWhatComes,
#endif
            TheEndOfAnInterfaceIsTold) == 0 ? 0 : 1;
    }

    private static PacketMonitor OnLoopback()
    {
        return new PacketMonitor { LocalHost = "lo", Filter = "udp", BufferSize = 4 << 20 };
    }

    private static void Send(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Sender.Send(new byte[] { 1, 2, 3 }, 3, (IPEndPoint)Receiver.Client.LocalEndPoint);
        }
    }

    private static void RunEndsWithAStopInTheHandler()
    {
        using (PacketMonitor m = OnLoopback())
        {
            for (int round = 0; round < 2; round++)
            {
                int seen = 0;
                EventHandler<IPPacketEventArgs> handler = (sender, e) =>
                {
                    Check.That(e.Packet.PayloadLength == 11 && e.Packet.SourceText == "127.0.0.1", "the packet");
                    if (++seen == 5)
                    {
                        m.Stop();
                    }
                };
                m.IPPacket += handler;
                bool over = false;
                Action join = Check.InAThread(() =>
                {
                    m.Run();
                    Volatile.Write(ref over, true);
                });
                // Active says that it was started, not yet that it captures.
                Check.Soon(() => { Send(5); return Volatile.Read(ref over); }, "it ends");
                join();
                Check.Equal(seen, 5, "packets");
                Check.That(!m.Active, "it is over");
                m.IPPacket -= handler;
            }
        }
    }

    private static void AnExceptionComesOutOfRunAndStop()
    {
        using (PacketMonitor m = OnLoopback())
        {
            m.IPPacket += (sender, e) => { throw new InvalidOperationException("mine"); };
            m.Start();
            Send(3);
            Check.Throws<InvalidOperationException>(() => m.Wait(), "Wait");
            m.Start();
            Send(3);
            Check.Soon(() => !m.Active, "it ends");
            Check.Throws<InvalidOperationException>(() => m.Stop(), "Stop");
            m.Stop();
            Check.That(m.Wait(), "nothing is left");
        }
    }

    private static void StopAndWaitFromOtherThreads()
    {
        using (PacketMonitor m = OnLoopback())
        {
            int inside = 0, ended = 0;
            m.IPPacket += (sender, e) =>
            {
                Interlocked.Increment(ref inside);
                Thread.Sleep(1);
                Interlocked.Decrement(ref inside);
            };
            m.NoticeReceived += (sender, notice) => ended += notice.Code == NoticeCode.Ended ? 1 : 0;
            for (int i = 1; i <= 5; i++)
            {
                m.Start();
                m.Start();
                Check.That(!m.Wait(1), "it goes on");
                Action join = Check.InAThread(() => Check.That(m.Wait(), "it is over"));
                Send(20);
                m.Stop();
                Check.Equal(Volatile.Read(ref inside), 0, "handlers after the stop");
                Check.Equal(ended, i, "notices of the end");
                join();
                Stats s = m.Stats;
                Check.Equal(s.Received, s.Delivered + s.NotIp + s.Unsupported + s.Truncated + s.MalformedVersion +
                    s.MalformedHeaderLength + s.MalformedTotalLength + s.MalformedShort + s.Filtered + s.Paused +
                    s.Discarded + s.Dropped, "the ledger");
            }
        }
    }

    private static void DisposeInTheHandler()
    {
        for (int i = 0; i < 20; i++)
        {
            PacketMonitor m = OnLoopback();
            var events = new List<string>();
            m.IPPacket += (sender, e) =>
            {
                events.Add("packet");
                m.Dispose();
                Check.That(e.Packet.CopyPayload().Length == 11, "the packet is still there");
            };
            m.NoticeReceived += (sender, notice) =>
            {
                lock (events)
                {
                    events.Add(notice.Code.ToString());
                }
            };
            m.Start();
            Send(5);
            Check.Soon(() => { lock (events) { return events.Contains("Ended"); } }, "the notice");
            Check.Equal(string.Join(" ", events), "packet Ended", "events");
            Check.Throws<ObjectDisposedException>(() => m.Start(), "Start");
        }
    }

    private static void DisposeFromAnotherThread()
    {
        for (int i = 0; i < 20; i++)
        {
            PacketMonitor m = OnLoopback();
            int after = 0;
            bool disposed = false;
            m.IPPacket += (sender, e) => after += Volatile.Read(ref disposed) ? 1 : 0;
            m.Start();
            Action join = Check.InAThread(() =>
            {
                try
                {
                    m.Wait();
                }
                catch (ObjectDisposedException)
                {
                    // It came too late for the wait.
                }
            });
            Send(10);
            m.Dispose();
            Volatile.Write(ref disposed, true);
            Send(10);
            join();
            Check.Equal(after, 0, "packets after it");
        }
    }

    private static int counted;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StartAndForget()
    {
        PacketMonitor m = OnLoopback();
        m.IPPacket += (sender, e) =>
        {
            if (Interlocked.Increment(ref counted) == 50)
            {
                ((PacketMonitor)sender).Dispose();
            }
        };
        m.Start();
    }

    private static void WhatWasStartedGoesOnByItself()
    {
        StartAndForget();
        Check.Soon(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Send(1);
            return Volatile.Read(ref counted) >= 50;
        }, "all packets");
    }

    private static void AnInterruptEndsAWait()
    {
        using (PacketMonitor m = OnLoopback())
        {
            m.Start();
            Action join = Check.InAThread(() => Check.That(!m.Wait(), "it goes on"));
            Thread.Sleep(20);
            m.Interrupt();
            join();
            Check.That(m.Active, "it goes on");
        }
    }

    private static void FailuresComeOutOfStart()
    {
        using (PacketMonitor m = OnLoopback())
        {
            m.CheckAccess();
            m.LocalHost = "no-such-if";
            Check.Fails(Status.NoDevice, () => m.Start(), "Start");
            Check.Fails(Status.NoDevice, () => m.Run(), "Run");
            Check.Fails(Status.NoDevice, () => m.CheckAccess(), "CheckAccess");
            Check.Fails(Status.NoDevice, () => m.LiveBatches().Count(), "a loop");
        }
    }

    private static void TheEndOfAnInterfaceIsTold()
    {
        Ip("link add ipm0 type veth peer name ipm1");
        Ip("link set ipm1 up");
        Ip("link set ipm0 up");
        using (var m = new PacketMonitor { LocalHost = "ipm0" })
        {
            Status told = Status.Ok;
            var codes = new List<NoticeCode>();
            m.Error += (sender, e) => told = e.Status;
            m.NoticeReceived += (sender, notice) => codes.Add(notice.Code);
            m.Start();
            Ip("link delete ipm0");
            Check.Fails(Status.DeviceGone, () => m.Wait(), "Wait");
            Check.Equal(told, Status.DeviceGone, "the event");
            Check.That(codes.Contains(NoticeCode.DeviceRemoved) && codes.Last() == NoticeCode.Ended, "the notices");
        }
    }

    private static void Ip(string command)
    {
        using (Process ip = Process.Start("ip", command))
        {
            ip.WaitForExit();
            Check.Equal(ip.ExitCode, 0, "ip " + command);
        }
    }
}
