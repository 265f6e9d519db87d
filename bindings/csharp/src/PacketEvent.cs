using System;
using System.Net;
using System.Runtime.InteropServices;

namespace Ipmon
{
    /// <summary>16 bytes of an address, as they lie in memory.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly struct AddressBytes
    {
#pragma warning disable 649 // The library fills them.
        internal readonly ulong First;
        internal readonly ulong Second;
#pragma warning restore 649
    }

    /// <summary>
    /// One IP packet as the library hands it out: ipmon_packet of ipmon.h, field by field.
    ///
    /// A borrowed view. In an event it is good until the handler returns; in a batch, until
    /// the loop asks for the next one. Its bytes (Payload, IP, Frame) belong to the library:
    /// a copy of this struct does not keep them. Copy() does, as does any of the
    /// Copy...(); numbers, addresses, texts and times are copies already.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
#pragma warning disable 169, 649 // The library fills them.
    public readonly unsafe struct PacketEvent
    {
        internal readonly uint StructSize;
        /// <summary>4 or 6.</summary>
        public readonly byte IpVersion;
        /// <summary>Type of service, or traffic class.</summary>
        public readonly byte Tos;
        /// <summary>Of fragmentation: reserved 4, don't fragment 2, more fragments 1.</summary>
        public readonly byte Flags;
        /// <summary>Time to live, or hop limit.</summary>
        public readonly byte Ttl;
        private readonly byte* source_address;
        private readonly byte* destination_address;
        /// <summary>Of TCP, UDP, UDP-Lite, SCTP and DCCP; otherwise 0.</summary>
        public readonly ushort SourcePort;
        public readonly ushort DestinationPort;
        /// <summary>The identification that fragments of one packet share.</summary>
        public readonly uint Id;
        /// <summary>The fragment offset in units of 8 bytes.</summary>
        public readonly ushort Offset;
        /// <summary>The header checksum of IPv4, not verified; 0 for IPv6.</summary>
        public readonly ushort Checksum;
        /// <summary>The protocol of the payload (IANA).</summary>
        public readonly byte IpProtocol;
        public readonly Direction Direction;
        internal readonly ushort Reserved;
        /// <summary>When it was captured, in microseconds since 1970 UTC, rounded
        /// down.</summary>
        public readonly long Timestamp;
        /// <summary>The same in nanoseconds.</summary>
        public readonly long TimestampNs;
        private readonly byte* payload;
        /// <summary>Captured bytes of the payload.</summary>
        public readonly int PayloadLength;
        /// <summary>Bytes of the payload as the IP header states them.</summary>
        public readonly uint PayloadWireLength;
        private readonly AddressBytes source_ip;
        private readonly AddressBytes destination_ip;
        private readonly byte* ip;
        private readonly byte* frame;
        /// <summary>Captured bytes of the IP packet.</summary>
        public readonly int IpLength;
        /// <summary>Captured bytes of the frame.</summary>
        public readonly int FrameLength;
        /// <summary>Bytes of the frame on the wire.</summary>
        public readonly uint FrameWireLength;
        /// <summary>What the frame's first header is, by its LINKTYPE_ number.</summary>
        public readonly uint LinkType;
        /// <summary>Live, the system's index; in a file, the number in its section.</summary>
        public readonly uint InterfaceIndex;
        public readonly Notes Notes;
        /// <summary>The number of the frame in this run, from 1.</summary>
        public readonly ulong FrameNumber;
        /// <summary>Where the frame begins in the batch's bytes.</summary>
        public readonly ulong FrameOffset;
        /// <summary>Where the payload begins in the batch's bytes.</summary>
        public readonly ulong PayloadOffset;
#pragma warning restore 169, 649

        /// <summary>When it was captured, in UTC, to the 100 ns of DateTime.</summary>
        public DateTime Time => Times.OfNanoseconds(TimestampNs);

        /// <summary>The source address; a new object each time.</summary>
        public IPAddress SourceAddress
        {
            get { AddressBytes bytes = source_ip; return Addresses.Of((byte*)&bytes, IpVersion); }
        }

        public IPAddress DestinationAddress
        {
            get { AddressBytes bytes = destination_ip; return Addresses.Of((byte*)&bytes, IpVersion); }
        }

        /// <summary>The source address as text, RFC 5952 for IPv6; a new string each
        /// time.</summary>
        public string SourceText
        {
            get { AddressBytes bytes = source_ip; return Addresses.Text((byte*)&bytes, IpVersion); }
        }

        public string DestinationText
        {
            get { AddressBytes bytes = destination_ip; return Addresses.Text((byte*)&bytes, IpVersion); }
        }

        /// <summary>The first and the last 64 bits of the source address as they lie in
        /// memory, an IPv4 address in the first 32 of them: to count by, without an
        /// object.</summary>
        public void GetSourceBits(out ulong first, out ulong last)
        {
            first = source_ip.First;
            last = source_ip.Second;
        }

        public void GetDestinationBits(out ulong first, out ulong last)
        {
            first = destination_ip.First;
            last = destination_ip.Second;
        }

        /// <summary>A packet of its own, with its bytes, that may be kept.</summary>
        public Packet Copy() => new Packet(in this);

        public byte[] CopyPayload() => Bytes.Copy(payload, PayloadLength);
        public byte[] CopyIP() => Bytes.Copy(ip, IpLength);
        public byte[] CopyFrame() => Bytes.Copy(frame, FrameLength);

#if NETCOREAPP3_0_OR_GREATER
        /// <summary>What follows the IP header, as far as it was captured. Borrowed, as is
        /// what follows.</summary>
        public ReadOnlySpan<byte> Payload => new ReadOnlySpan<byte>(payload, PayloadLength);

        /// <summary>The IP packet, its headers included.</summary>
        public ReadOnlySpan<byte> IP => new ReadOnlySpan<byte>(ip, IpLength);

        /// <summary>The frame, its link-layer headers included.</summary>
        public ReadOnlySpan<byte> Frame => new ReadOnlySpan<byte>(frame, FrameLength);
#endif

        // For unsafe code on runtimes without spans.
        public byte* PayloadPointer => payload;
        public byte* IPPointer => ip;
        public byte* FramePointer => frame;

        /// <summary>Where the IP packet and the payload begin in the frame.</summary>
        internal void Places(out int ipAt, out int payloadAt)
        {
            ipAt = IpLength == 0 ? 0 : (int)(ip - frame);
            payloadAt = PayloadLength == 0 ? 0 : (int)(payload - frame);
        }
    }
}
