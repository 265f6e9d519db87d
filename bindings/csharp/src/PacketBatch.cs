using System;
using System.Threading;

namespace Ipmon
{
    /// <summary>
    /// Packets that were taken out together. A borrowed view: it, and what its packets point
    /// to, is good until its loop asks for the next batch or ends; it is empty afterwards.
    /// </summary>
    public sealed class PacketBatch
    {
        /// <summary>What stays in the first-level cache, or nearly so.</summary>
        private const int Capacity = 256;
        private static PacketEvent[] spare;

        internal PacketEvent[] Room { get; private set; }

        internal PacketBatch()
        {
            Room = Interlocked.Exchange(ref spare, null) ?? new PacketEvent[Capacity];
        }

        /// <summary>How many packets it has.</summary>
        public int Count { get; internal set; }

        public ref readonly PacketEvent this[int index]
        {
            get
            {
                if ((uint)index >= (uint)Count)
                {
                    throw new ArgumentOutOfRangeException("index");
                }
                return ref Room[index];
            }
        }

#if NETCOREAPP3_0_OR_GREATER
        /// <summary>Its packets: foreach (ref readonly PacketEvent p in batch.Events), which
        /// is the fastest way through them.</summary>
        public ReadOnlySpan<PacketEvent> Events
        {
            get { return new ReadOnlySpan<PacketEvent>(Room, 0, Count); }
        }
#endif

        /// <summary>Copies that may be kept.</summary>
        public Packet[] Copy()
        {
            var all = new Packet[Count];
            for (int i = 0; i < all.Length; i++)
            {
                all[i] = Room[i].Copy();
            }
            return all;
        }

        /// <summary>Gives the memory to the next.</summary>
        internal void Over()
        {
            Count = 0;
            PacketEvent[] room = Room;
            Room = Empty;
            if (room.Length != 0)
            {
                Interlocked.Exchange(ref spare, room);
            }
        }

        private static readonly PacketEvent[] Empty = new PacketEvent[0];
    }
}
