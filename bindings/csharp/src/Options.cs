using System;

namespace Ipmon
{
    /// <summary>Which way a packet went, or which packets a live capture takes.</summary>
    public enum Direction : byte
    {
        /// <summary>Not known, or does not matter.</summary>
        Any = 0,
        /// <summary>Received by the interface.</summary>
        In = 1,
        /// <summary>Sent by the interface.</summary>
        Out = 2,
    }

    /// <summary>How capture files are read.</summary>
    public enum FileAccessMode
    {
        /// <summary>Into a buffer of the library.</summary>
        Read = 0,
        /// <summary>Mapped into memory: only for files that nobody shortens meanwhile, as
        /// that would end this process.</summary>
        Map = 1,
    }

    /// <summary>Which clock stamps the packets of a live capture.</summary>
    public enum TimeSource
    {
        Host = 0,
        Adapter = 1,
    }

    /// <summary>What is to be known about a packet beside its fields: IPMON_NOTE_ in
    /// ipmon.h.</summary>
    [Flags]
    public enum Notes : uint
    {
        None = 0,
        Truncated = 1 << 0,
        Fragment = 1 << 1,
        Padding = 1 << 2,
        LengthZero = 1 << 3,
        ExtensionTruncated = 1 << 4,
        TimeOutOfRange = 1 << 5,
        NoTime = 1 << 6,
        Offloaded = 1 << 7,
        ChecksumNotReady = 1 << 8,
    }

    public sealed unsafe partial class PacketMonitor
    {
        // Setting one while the monitor runs throws IpmonException (Busy), but for
        // AcceptData. There is no address_text: it is off, as texts are made when they are
        // asked for.

        /// <summary>The interface of a live capture: its name, a local address of it, or
        /// "any"; "" (the default) is that of the default route. Files ignore it.</summary>
        public string LocalHost
        {
            get { return Text(Native.GetLocalHost); }
            set { SetText(Native.SetLocalHost, value); }
        }

        /// <summary>A filter expression as tcpdump has it, for live capture and for files;
        /// "" (the default) is all.</summary>
        public string Filter
        {
            get { return Text(Native.GetFilter); }
            set { SetText(Native.SetFilter, value); }
        }

        /// <summary>Which packets a live capture takes.</summary>
        public Direction Direction
        {
            get { return (Direction)Int(Native.GetDirection); }
            set { SetInt(Native.SetDirection, (int)value); }
        }

        /// <summary>Whether a live capture asks for frames that are not addressed to this
        /// host; true by default.</summary>
        public bool Promiscuous
        {
            get { return Int(Native.GetPromiscuous) != 0; }
            set { SetInt(Native.SetPromiscuous, value ? 1 : 0); }
        }

        /// <summary>How many bytes of each frame a live capture keeps: 1 to 262,144.</summary>
        public int SnapLength
        {
            get { return Int(Native.GetSnapLength); }
            set { SetInt(Native.SetSnapLength, value); }
        }

        /// <summary>The kernel's ring for a live capture, in bytes: 1 MiB to 2 GiB.</summary>
        public int BufferSize
        {
            get { return Int(Native.GetBufferSize); }
            set { SetInt(Native.SetBufferSize, value); }
        }

        /// <summary>How long a packet may wait for others, live: up to 20 ms. The library
        /// counts it in microseconds.</summary>
        public TimeSpan Latency
        {
            get { return TimeSpan.FromTicks(Int(Native.GetLatency) * 10L); }
            set
            {
                long microseconds = value.Ticks / 10;
                // What no 32 bits hold is out of the library's range as well.
                SetInt(Native.SetLatency, (int)Math.Max(-1, Math.Min(int.MaxValue, microseconds)));
            }
        }

        public FileAccessMode FileAccess
        {
            get { return (FileAccessMode)Int(Native.GetFileAccess); }
            set { SetInt(Native.SetFileAccess, (int)value); }
        }

        /// <summary>Whether a live capture outlives its interface, and goes on with the
        /// next of that name.</summary>
        public bool Reopen
        {
            get { return Int(Native.GetReopen) != 0; }
            set { SetInt(Native.SetReopen, value ? 1 : 0); }
        }

        /// <summary>Whether a live capture asks for the frames of every multicast
        /// group.</summary>
        public bool AllMulticast
        {
            get { return Int(Native.GetAllMulticast) != 0; }
            set { SetInt(Native.SetAllMulticast, value ? 1 : 0); }
        }

        public TimeSource TimeSource
        {
            get { return (TimeSource)Int(Native.GetTimeSource); }
            set { SetInt(Native.SetTimeSource, (int)value); }
        }

        /// <summary>Whether packets are delivered, or only counted as paused; at any
        /// time.</summary>
        public bool AcceptData
        {
            get { return Int(Native.GetAcceptData) != 0; }
            set { SetInt(Native.SetAcceptData, value ? 1 : 0); }
        }
    }
}
