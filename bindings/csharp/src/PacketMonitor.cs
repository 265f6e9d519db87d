using System;

namespace Ipmon
{
    /// <summary>
    /// Watches one interface, or reads one capture file, at a time.
    ///
    /// Packets are pulled in batches (FileBatches, LiveBatches, and their Async), one by one
    /// as copies (FilePackets, LivePackets), or pushed: IPPacket is raised by ParseFile() on
    /// the calling thread, and by Start() or Run() on a thread of the library.
    ///
    /// Every member may be used from any thread. Failures are IpmonException, a disposed
    /// monitor is ObjectDisposedException.
    /// </summary>
    public sealed unsafe partial class PacketMonitor : IDisposable
    {
        private readonly MonitorHandle handle;
        private readonly object gate = new object();
        /// <summary>The loop over batches that goes on.</summary>
        private BatchReader reader;
        private volatile bool disposed;

        /// <summary>Throws DllNotFoundException without a libipmon, and IpmonException where
        /// it is older than this assembly needs.</summary>
        public PacketMonitor()
        {
            Library.Load();
            handle = new MonitorHandle(this);
            IntPtr m = handle.DangerousGetHandle();
            Check(Native.SetOnPacket(m, PacketFunction, handle.User));
            Check(Native.SetOnError(m, ErrorFunction, handle.User));
            Check(Native.SetOnNotice(m, NoticeFunction, handle.User));
            Check(Native.SetAddressText(m, 0));
        }

        /// <summary>The version of the library that was loaded.</summary>
        public static string LibraryVersion
        {
            get
            {
                Library.Load();
                return Bytes.Text(Native.Version());
            }
        }

        /// <summary>Whether a live capture runs.</summary>
        public bool Active
        {
            get { return Int(Native.GetActive) != 0; }
        }

        /// <summary>The counters of the run, or of the last one.</summary>
        public Stats Stats
        {
            get
            {
                Stats all;
                using (MonitorHandle.Hold held = Use())
                {
                    Check(Native.GetStats(held.M, &all, (UIntPtr)sizeof(Stats)));
                }
                return all;
            }
        }

        /// <summary>The library's text for the newest failure of this monitor.</summary>
        public string LastError
        {
            get { return Text(Native.LastError); }
        }

        /// <summary>A descriptor that is readable while something waits to be pulled: see
        /// ipmon_get_fd() in ipmon.h. It stays the monitor's.</summary>
        public int Descriptor
        {
            get { return Int(Native.GetFd); }
        }

        /// <summary>Throws why a live capture could not start.</summary>
        public void CheckAccess()
        {
            using (MonitorHandle.Hold held = Use())
            {
                Check(Native.CheckAccess(held.M));
            }
        }

        /// <summary>Stops, and brings back the default options; handlers stay. Busy in a
        /// handler, and while a loop over batches goes on.</summary>
        public void Reset()
        {
            using (MonitorHandle.Hold held = Use())
            {
                lock (gate)
                {
                    if (reader != null)
                    {
                        throw LoopGoesOn();
                    }
                    Check(Native.Reset(held.M));
                    Check(Native.SetAddressText(held.M, 0));
                }
            }
        }

        /// <summary>
        /// Ends the run, whatever it is. When it returns, no handler is running and none will
        /// start; but inside a handler of this monitor the current event is the last. A loop
        /// over batches ends when it asks for its next one, or at once where it waits: what
        /// it has stays good until then. Throws what a handler threw.
        /// </summary>
        public void Stop()
        {
            using (MonitorHandle.Hold held = Use())
            {
                if (AskReader(held.M))
                {
                    return;
                }
                int status = Native.SetActive(held.M, 0);
                if (status == (int)Status.Pending)
                {
                    return;
                }
                Check(status);
            }
            Settle();
        }

        /// <summary>Ends Wait(), Run() and DoEvents() once, and ParseFile() for good; a live
        /// capture goes on, and so do loops over batches.</summary>
        public void Interrupt()
        {
            using (MonitorHandle.Hold held = Use())
            {
                Native.Interrupt(held.M);
            }
        }

        /// <summary>Stops, and gives everything back; from any thread, in a handler, in a
        /// loop, and again.</summary>
        public void Dispose()
        {
            if (disposed)
            {
                return;
            }
            try
            {
                using (MonitorHandle.Hold held = handle.Use())
                {
                    lock (gate)
                    {
                        disposed = true;
                    }
                    if (AskReader(held.M))
                    {
                        return;
                    }
                    Native.SetActive(held.M, 0);
                }
            }
            catch (ObjectDisposedException)
            {
                // Another thread was faster.
            }
            handle.Dispose();
        }

        /// <summary>Tells the loop over batches to end; it disposes of the handle then, where
        /// that is asked for. False when there is none.</summary>
        private bool AskReader(IntPtr m)
        {
            lock (gate)
            {
                if (reader == null)
                {
                    return false;
                }
                reader.StopAsked = true;
                reader.Interrupted = true;
                Native.Interrupt(m);
                return true;
            }
        }

        // --- Calls ---------------------------------------------------------------------

        internal MonitorHandle.Hold Use()
        {
            if (disposed)
            {
                throw new ObjectDisposedException("PacketMonitor");
            }
            return handle.Use();
        }

        internal IpmonException Failure(int status)
        {
            string text;
            try
            {
                text = ReadText(handle.DangerousGetHandle(), Native.LastError);
            }
            catch (IpmonException)
            {
                text = "";
            }
            return new IpmonException((Status)status,
                text.Length != 0 ? text : Bytes.Text(Native.StatusText(status)));
        }

        private void Check(int status)
        {
            if (status != (int)Status.Ok)
            {
                throw Failure(status);
            }
        }

        private static IpmonException LoopGoesOn()
        {
            return new IpmonException(Status.Busy, "a loop over packets of this monitor goes on: end it first");
        }

        private int Int(Native.CallForInt get)
        {
            int value;
            using (MonitorHandle.Hold held = Use())
            {
                Check(get(held.M, &value));
            }
            return value;
        }

        private void SetInt(Native.CallWithInt set, int value)
        {
            using (MonitorHandle.Hold held = Use())
            {
                Check(set(held.M, value));
            }
        }

        private string Text(Native.CallForText get)
        {
            using (MonitorHandle.Hold held = Use())
            {
                return ReadText(held.M, get);
            }
        }

        private static string ReadText(IntPtr m, Native.CallForText get)
        {
            for (int size = 256; ;)
            {
                var text = new byte[size];
                UIntPtr needed;
                fixed (byte* into = text)
                {
                    int status = get(m, into, (UIntPtr)size, &needed);
                    if (status != (int)Status.BadSize)
                    {
                        Native.Check(status);
                        return Bytes.Text(into);
                    }
                }
                size = (int)needed;
            }
        }

        private void SetText(Native.CallWithText set, string text)
        {
            using (MonitorHandle.Hold held = Use())
            {
                fixed (byte* utf8 = Bytes.Utf8(text ?? ""))
                {
                    Check(set(held.M, utf8));
                }
            }
        }
    }
}
