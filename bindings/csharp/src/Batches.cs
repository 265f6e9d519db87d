using System.Collections;
using System.Collections.Generic;
using System.Threading;

namespace Ipmon
{
    internal sealed class BatchSequence : IEnumerable<PacketBatch>
    {
        private readonly PacketMonitor monitor;
        private readonly string path;

        internal BatchSequence(PacketMonitor monitor, string path)
        {
            this.monitor = monitor;
            this.path = path;
        }

        public IEnumerator<PacketBatch> GetEnumerator()
        {
            return new BatchReader(monitor, path);
        }

        IEnumerator IEnumerable.GetEnumerator()
        {
            return GetEnumerator();
        }
    }

    // A loop opens the file or the interface when it begins, and closes it however it is
    // left. A monitor has one loop at a time. Stop() and Dispose(), on any thread and in the
    // loop itself, end it; failures are thrown behind every packet before them.
    public sealed partial class PacketMonitor
    {
        /// <summary>The packets of a capture file in batches, which are borrowed; read on
        /// the thread of the loop. "-" is standard input.</summary>
        public IEnumerable<PacketBatch> FileBatches(string path)
        {
            return new BatchSequence(this, path ?? "");
        }

        /// <summary>The packets of a live capture in batches, which are borrowed.</summary>
        public IEnumerable<PacketBatch> LiveBatches()
        {
            return new BatchSequence(this, null);
        }

        /// <summary>The packets of a capture file, each a copy that may be kept.</summary>
        public IEnumerable<Packet> FilePackets(string path)
        {
            return Copies(path ?? "");
        }

        /// <summary>The packets of a live capture, each a copy that may be kept.</summary>
        public IEnumerable<Packet> LivePackets()
        {
            return Copies(null);
        }

        private IEnumerable<Packet> Copies(string path)
        {
            using (var reader = new BatchReader(this, path))
            {
                while (reader.MoveNext())
                {
                    for (int i = 0; i < reader.Current.Count && !reader.StopAsked; i++)
                    {
                        yield return reader.Current[i].Copy();
                    }
                }
            }
        }

#if NETCOREAPP3_0_OR_GREATER
        /// <summary>FileBatches() for await foreach.</summary>
        public IAsyncEnumerable<PacketBatch> FileBatchesAsync(string path, CancellationToken token = default(CancellationToken))
        {
            return new AsyncBatchSequence(this, path ?? "", token);
        }

        /// <summary>LiveBatches() for await foreach: while it waits, it blocks no thread of
        /// the pool.</summary>
        public IAsyncEnumerable<PacketBatch> LiveBatchesAsync(CancellationToken token = default(CancellationToken))
        {
            return new AsyncBatchSequence(this, null, token);
        }
#endif
    }
}
