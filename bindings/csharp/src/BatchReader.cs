using System;
using System.Collections;
using System.Collections.Generic;

namespace Ipmon
{
    /// <summary>One loop over the batches of a run: opens it, and ends it with
    /// itself.</summary>
    internal sealed partial class BatchReader : IEnumerator<PacketBatch>
    {
        internal enum Step
        {
            Taken,
            Nothing,
            Over,
        }

        private readonly PacketMonitor monitor;
        /// <summary>Null is live.</summary>
        private readonly string path;
        private readonly PacketBatch batch = new PacketBatch();
        private bool begun;
        private bool over;

        internal BatchReader(PacketMonitor monitor, string path)
        {
            this.monitor = monitor;
            this.path = path;
        }

        // Set under the monitor's gate.
        /// <summary>Stop() or Dispose() of the monitor came.</summary>
        internal volatile bool StopAsked;
        /// <summary>The library was interrupted for this loop.</summary>
        internal volatile bool Interrupted;

        public PacketBatch Current
        {
            get { return batch; }
        }

        object IEnumerator.Current
        {
            get { return batch; }
        }

        public bool MoveNext()
        {
            for (;;)
            {
                switch (Take(-1))
                {
                    case Step.Taken:
                        return true;
                    case Step.Over:
                        return false;
                }
            }
        }

        public void Reset()
        {
            throw new NotSupportedException();
        }

        public void Dispose()
        {
            if (!over)
            {
                End(true);
                // Nothing is thrown out of a loop that was left.
                monitor.Forget();
            }
        }

        /// <summary>Takes the next batch, waiting for it.</summary>
        private unsafe Step Take(int timeoutMs)
        {
            if (over)
            {
                return Step.Over;
            }
            if (!begun)
            {
                monitor.BeginReading(this, path);
                begun = true;
            }
            batch.Count = 0;
            if (StopAsked)
            {
                End(true);
                monitor.Settle();
                return Step.Over;
            }
            long n;
            using (MonitorHandle.Hold held = monitor.HoldForReader())
            {
                fixed (PacketEvent* into = batch.Room)
                {
                    n = (long)Native.NextBatch(held.M, into, (UIntPtr)sizeof(PacketEvent),
                        (UIntPtr)batch.Room.Length, timeoutMs);
                }
                if (monitor.HasThrown)
                {
                    End(true);
                    monitor.Settle();
                }
                if (n > 0)
                {
                    batch.Count = (int)n;
                    return Step.Taken;
                }
                switch ((Status)n)
                {
                    case Status.Ok:
                        return Step.Nothing;
                    case Status.Interrupted:
                        // Of Stop(): the next turn sees it; another's is not for us.
                        return Step.Nothing;
                    case Status.End:
                        End(false);
                        return Step.Over;
                    default:
                        IpmonException failure = monitor.Failure((int)n);
                        End(true);
                        throw failure;
                }
            }
        }

        private void End(bool runs)
        {
            over = true;
            batch.Over();
            EndAsync();
            if (begun)
            {
                monitor.EndReading(this, runs);
            }
        }

        partial void EndAsync();
    }

    public sealed unsafe partial class PacketMonitor
    {
        internal bool HasThrown
        {
            get { return thrown != null; }
        }

        /// <summary>The reader's own use, when the monitor is disposed already too.</summary>
        internal MonitorHandle.Hold HoldForReader()
        {
            return handle.Use();
        }

        internal void BeginReading(BatchReader by, string path)
        {
            using (MonitorHandle.Hold held = Use())
            {
                lock (gate)
                {
                    if (disposed)
                    {
                        throw new ObjectDisposedException("PacketMonitor");
                    }
                    if (reader != null)
                    {
                        throw LoopGoesOn();
                    }
                    reader = by;
                }
                bool open = false;
                try
                {
                    if (path == null)
                    {
                        OpenLive();
                    }
                    else
                    {
                        OpenFile(path);
                    }
                    open = true;
                }
                finally
                {
                    if (!open)
                    {
                        EndReading(by, false);
                    }
                }
            }
        }

        /// <summary>Ends the run, if it goes on, and makes room for another.</summary>
        internal void EndReading(BatchReader by, bool runs)
        {
            using (MonitorHandle.Hold held = handle.Use())
            {
                if (runs)
                {
                    Native.SetActive(held.M, 0);
                }
                lock (gate)
                {
                    reader = null;
                }
                if (by.Interrupted)
                {
                    // Takes the interrupt that came with it, where nothing else did.
                    Native.Wait(held.M, 0);
                }
            }
            if (disposed)
            {
                handle.Dispose();
            }
        }
    }
}
