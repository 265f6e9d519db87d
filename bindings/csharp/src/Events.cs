using System;
using System.Runtime.InteropServices;

namespace Ipmon
{
    /// <summary>What IPPacket is raised with: one object for all packets of a
    /// monitor.</summary>
    public sealed unsafe class IPPacketEventArgs : EventArgs
    {
        private PacketEvent* packet;

        internal IPPacketEventArgs()
        {
        }

        /// <summary>The packet, borrowed until the handler returns; afterwards
        /// InvalidOperationException.</summary>
        public ref readonly PacketEvent Packet
        {
            get
            {
                if (packet == null)
                {
                    throw new InvalidOperationException("the packet was lent until its handler returned: Copy() it there");
                }
                return ref *packet;
            }
        }

        internal void Lend(PacketEvent* of)
        {
            packet = of;
        }
    }

    /// <summary>What a notice is about; a newer library may have further numbers: pass
    /// over them. ipmon.h says of each what it means.</summary>
    public enum NoticeCode
    {
        /// <summary>The run is over, with its status; the last event of every
        /// run.</summary>
        Ended = 1,
        /// <summary>The kernel had no room for Count frames, at this place.</summary>
        Gap = 2,
        FilterNotApplicable = 3,
        DeviceDown = 4,
        DeviceUp = 5,
        DeviceRenamed = 6,
        DeviceRemoved = 7,
        DeviceAddress = 8,
        DeviceLinkType = 9,
        DeviceAgain = 10,
    }

    /// <summary>Something that happened during a run and is no packet.</summary>
    public sealed class Notice
    {
        public NoticeCode Code { get; }
        /// <summary>Ended: how the run ended.</summary>
        public Status Status { get; }
        /// <summary>Gap: how many frames.</summary>
        public ulong Count { get; }
        /// <summary>When it happened, in UTC.</summary>
        public DateTime Time { get; }
        public string Text { get; }

        internal unsafe Notice(NativeNotice* notice)
        {
            Code = (NoticeCode)notice->Code;
            Status = (Status)notice->Status;
            Count = notice->Count;
            Time = Times.OfNanoseconds(Math.Max(long.MinValue / 1000, Math.Min(long.MaxValue / 1000, notice->Timestamp)) * 1000);
            Text = Bytes.Text(notice->Text);
        }
    }

    /// <summary>What became of every frame of the run that goes on, or of the last one.
    /// After a run Received is the sum of the others, but for Bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly struct Stats
    {
#pragma warning disable 649 // The library fills them.
        internal readonly uint StructSize;
        internal readonly uint Reserved;
        public readonly ulong Received;
        public readonly ulong Delivered;
        public readonly ulong NotIp;
        public readonly ulong Unsupported;
        public readonly ulong Truncated;
        public readonly ulong MalformedVersion;
        public readonly ulong MalformedHeaderLength;
        public readonly ulong MalformedTotalLength;
        public readonly ulong MalformedShort;
        public readonly ulong Filtered;
        public readonly ulong Paused;
        public readonly ulong Discarded;
        public readonly ulong Dropped;
        public readonly ulong Bytes;
#pragma warning restore 649
    }

    // As the library hands them to callbacks.

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct NativeError
    {
        internal uint StructSize;
        internal int Status;
        internal int SystemError;
        internal uint Reserved;
        internal long Offset;
        internal byte* Text;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct NativeNotice
    {
        internal uint StructSize;
        internal int Code;
        internal int Status;
        internal uint Reserved;
        internal ulong Count;
        internal long Timestamp;
        internal byte* Text;
    }
}
