#if NETCOREAPP3_0_OR_GREATER
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace Ipmon
{
    internal sealed class AsyncBatchSequence : IAsyncEnumerable<PacketBatch>
    {
        private readonly PacketMonitor monitor;
        private readonly string path;
        private readonly CancellationToken token;

        internal AsyncBatchSequence(PacketMonitor monitor, string path, CancellationToken token)
        {
            this.monitor = monitor;
            this.path = path;
            this.token = token;
        }

        public IAsyncEnumerator<PacketBatch> GetAsyncEnumerator(CancellationToken ofLoop = default(CancellationToken))
        {
            return new BatchReader(monitor, path, token, ofLoop);
        }
    }

    internal sealed partial class BatchReader : IAsyncEnumerator<PacketBatch>
    {
        private readonly CancellationTokenSource cancelled;
        private CancellationTokenRegistration registration;
        private int descriptor;

        internal BatchReader(PacketMonitor monitor, string path, CancellationToken one, CancellationToken other)
            : this(monitor, path)
        {
            cancelled = CancellationTokenSource.CreateLinkedTokenSource(one, other);
        }

        public ValueTask<bool> MoveNextAsync()
        {
            switch (TakeAsync())
            {
                case Step.Taken:
                    return new ValueTask<bool>(true);
                case Step.Over:
                    return new ValueTask<bool>(false);
                default:
                    return new ValueTask<bool>(WaitAsync());
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default(ValueTask);
        }

        private async Task<bool> WaitAsync()
        {
            for (;;)
            {
                // Readable also by Stop(), Dispose() and cancellation, which interrupt.
                await Poller.Readable(descriptor).ConfigureAwait(false);
                Step step = TakeAsync();
                if (step != Step.Nothing)
                {
                    return step == Step.Taken;
                }
            }
        }

        private Step TakeAsync()
        {
            if (!over && cancelled.IsCancellationRequested)
            {
                CancellationToken token = cancelled.Token;
                End(true);
                token.ThrowIfCancellationRequested();
            }
            bool first = !begun;
            Step step = Take(0);
            if (first && !over)
            {
                descriptor = monitor.ReaderDescriptor();
                registration = cancelled.Token.Register(monitor.InterruptReader, this);
            }
            return step;
        }

        partial void EndAsync()
        {
            // Waits for a call of it that goes on.
            registration.Dispose();
            cancelled?.Dispose();
        }
    }

    public sealed unsafe partial class PacketMonitor
    {
        /// <summary>When the monitor is disposed already, too.</summary>
        internal int ReaderDescriptor()
        {
            int fd;
            using (MonitorHandle.Hold held = handle.Use())
            {
                Check(Native.GetFd(held.M, &fd));
            }
            return fd;
        }

        /// <summary>The token of an asynchronous loop was cancelled.</summary>
        internal void InterruptReader(object of)
        {
            lock (gate)
            {
                if (reader == of)
                {
                    reader.Interrupted = true;
                    Native.Interrupt(handle.DangerousGetHandle());
                }
            }
        }
    }
}
#endif
