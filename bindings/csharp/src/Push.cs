using System;
using System.Collections.Generic;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace Ipmon
{
    public sealed unsafe partial class PacketMonitor
    {
        /// <summary>
        /// An IP packet. Raised on the library's thread for Start() and Run(), and on the
        /// thread that calls ParseFile() or DoEvents(); never twice at once for one monitor.
        ///
        /// What a handler throws ends the run: the current packet is the last. It is kept,
        /// and thrown by the call that waits for the end: Run(), Wait(), Stop(), ParseFile(),
        /// DoEvents(), the loop. A second one before that is lost.
        /// </summary>
        public event EventHandler<IPPacketEventArgs> IPPacket;

        /// <summary>A failure ended a live capture that Start() began; Wait() throws the
        /// same.</summary>
        public event EventHandler<IpmonException> Error;

        /// <summary>What happens during a run and is no packet; of every kind of run.
        /// Ended is a run's last event.</summary>
        public event EventHandler<Notice> NoticeReceived;

        // Static, so that no collector takes them.
        private static readonly Native.OnPacket PacketDelegate = OnPacket;
        private static readonly Native.OnError ErrorDelegate = OnError;
        private static readonly Native.OnNotice NoticeDelegate = OnNotice;
        private static readonly IntPtr PacketFunction = Marshal.GetFunctionPointerForDelegate(PacketDelegate);
        private static readonly IntPtr ErrorFunction = Marshal.GetFunctionPointerForDelegate(ErrorDelegate);
        private static readonly IntPtr NoticeFunction = Marshal.GetFunctionPointerForDelegate(NoticeDelegate);

        /// <summary>Monitors whose capture runs on the library's thread: nobody else may
        /// refer to them.</summary>
        private static readonly HashSet<PacketMonitor> Capturing = new HashSet<PacketMonitor>();

        static PacketMonitor()
        {
            // Once the runtime is shut down, a callback never returns from it, and the
            // library would wait for that at exit().
            AppDomain.CurrentDomain.ProcessExit += (sender, e) => StopAll();
        }

        private readonly IPPacketEventArgs lent = new IPPacketEventArgs();
        /// <summary>What a handler threw.</summary>
        private ExceptionDispatchInfo thrown;

        /// <summary>Reads a capture file to its end, on this thread; "-" is standard input.
        /// False when a stop or an interrupt ended it before that.</summary>
        public bool ParseFile(string path)
        {
            int status;
            using (MonitorHandle.Hold held = Use())
            {
                fixed (byte* utf8 = Bytes.Utf8(path))
                {
                    status = Native.ParsePcapFile(held.M, utf8);
                }
                if (status != (int)Status.Busy)
                {
                    // Otherwise it belongs to the other run.
                    Settle();
                }
                if (status != (int)Status.Interrupted)
                {
                    Check(status);
                }
            }
            return status == (int)Status.Ok;
        }

        /// <summary>Starts a live capture on a thread of the library. It goes on until it is
        /// stopped, also when nothing refers to this monitor any more. Starting what is
        /// started is fine.</summary>
        public void Start()
        {
            using (MonitorHandle.Hold held = Use())
            {
                lock (Capturing)
                {
                    // Its end takes it out again, and waits for us to have put it in.
                    Check(Native.SetActive(held.M, 1));
                    Capturing.Add(this);
                }
            }
        }

        /// <summary>Waits for the end of the run, and throws what ended it. False when it
        /// goes on: the time is over, Interrupt() was called, or this is a
        /// handler.</summary>
        public bool Wait(int timeoutMs = -1)
        {
            using (MonitorHandle.Hold held = Use())
            {
                int status = Native.Wait(held.M, timeoutMs);
                if (status == (int)Status.Timeout || status == (int)Status.Pending)
                {
                    return false;
                }
                Settle();
                if (status == (int)Status.Interrupted)
                {
                    return false;
                }
                Check(status);
                return true;
            }
        }

        /// <summary>Starts a live capture, and waits for its end.</summary>
        public void Run()
        {
            Start();
            Wait();
        }

        /// <summary>Opens the interface for DoEvents(): the library starts no
        /// thread.</summary>
        public void OpenLive()
        {
            using (MonitorHandle.Hold held = Use())
            {
                Check(Native.OpenLive(held.M));
            }
        }

        /// <summary>Opens a capture file for DoEvents().</summary>
        public void OpenFile(string path)
        {
            using (MonitorHandle.Hold held = Use())
            {
                fixed (byte* utf8 = Bytes.Utf8(path))
                {
                    Check(Native.OpenPcapFile(held.M, utf8));
                }
            }
        }

        /// <summary>Raises the events that wait in what is open, on this thread, waiting for
        /// the first: Ok when there were some, and more may wait; Timeout; End; Interrupted.
        /// Other statuses are thrown.</summary>
        public Status DoEvents(int timeoutMs = -1)
        {
            using (MonitorHandle.Hold held = Use())
            {
                int status = Native.DoEvents(held.M, timeoutMs);
                Settle();
                switch ((Status)status)
                {
                    case Status.Timeout:
                    case Status.End:
                    case Status.Interrupted:
                        break;
                    default:
                        Check(status);
                        break;
                }
                return (Status)status;
            }
        }

        /// <summary>Done when DoEvents() would find something, or nothing is open any more;
        /// no thread of the pool waits for it.</summary>
        public Task WhenReadable()
        {
            MonitorHandle.Hold held = Use();
            try
            {
                Task readable = Poller.Readable(Descriptor);
                readable.ContinueWith(done => held.Dispose(), TaskContinuationOptions.ExecuteSynchronously);
                return readable;
            }
            catch
            {
                held.Dispose();
                throw;
            }
        }

        // --- Callbacks: nothing may be thrown into the library -------------------------

        private static void OnPacket(PacketEvent* packet, IntPtr user)
        {
            Mono.Enter();
            PacketMonitor m = MonitorHandle.Target(user);
            EventHandler<IPPacketEventArgs> handlers = m?.IPPacket;
            if (handlers == null)
            {
                return;
            }
            m.lent.Lend(packet);
            try
            {
                handlers(m, m.lent);
            }
            catch (Exception e)
            {
                m.Keep(e);
            }
            m.lent.Lend(null);
        }

        private static void OnError(NativeError* error, IntPtr user)
        {
            Mono.Enter();
            PacketMonitor m = MonitorHandle.Target(user);
            if (m == null)
            {
                return;
            }
            try
            {
                m.Error?.Invoke(m, new IpmonException((Status)error->Status, Bytes.Text(error->Text),
                    error->SystemError, error->Offset));
            }
            catch (Exception e)
            {
                m.Keep(e);
            }
        }

        private static void OnNotice(NativeNotice* notice, IntPtr user)
        {
            Mono.Enter();
            PacketMonitor m = MonitorHandle.Target(user);
            if (m == null)
            {
                return;
            }
            try
            {
                m.NoticeReceived?.Invoke(m, new Notice(notice));
            }
            catch (Exception e)
            {
                m.Keep(e);
            }
            if (notice->Code == (int)NoticeCode.Ended)
            {
                lock (Capturing)
                {
                    Capturing.Remove(m);
                }
                m.handle.RunEnded();
            }
        }

        /// <summary>Keeps what a handler threw, and ends the run.</summary>
        private void Keep(Exception e)
        {
            Interlocked.CompareExchange(ref thrown, ExceptionDispatchInfo.Capture(e), null);
            // A handle that is no more is refused.
            Native.SetActive(handle.DangerousGetHandle(), 0);
        }

        /// <summary>Throws what a handler threw.</summary>
        internal void Settle()
        {
            ExceptionDispatchInfo kept = Interlocked.Exchange(ref thrown, null);
            if (kept != null)
            {
                kept.Throw();
            }
        }

        internal void Forget()
        {
            Interlocked.Exchange(ref thrown, null);
        }

        private static void StopAll()
        {
            PacketMonitor[] all;
            lock (Capturing)
            {
                all = new PacketMonitor[Capturing.Count];
                Capturing.CopyTo(all);
            }
            if (all.Length == 0)
            {
                return;
            }
            // Of a thread that is given up: a handler that ends the process never returns,
            // and a stop waits for it.
            var stops = new Thread(() =>
            {
                foreach (PacketMonitor m in all)
                {
                    Native.SetActive(m.handle.DangerousGetHandle(), 0);
                }
            });
            stops.IsBackground = true;
            stops.Start();
            stops.Join(200);
        }
    }
}
