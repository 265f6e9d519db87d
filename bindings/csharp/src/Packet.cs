using System;
using System.Net;

namespace Ipmon
{
    /// <summary>A packet with its own bytes: it may be kept as long as is wanted.</summary>
    public sealed class Packet
    {
        // Its pointers are never followed here.
        private readonly PacketEvent fields;
        private readonly byte[] frame;
        private readonly int ipAt;
        private readonly int payloadAt;

        internal Packet(in PacketEvent of)
        {
            fields = of;
            frame = of.CopyFrame();
            of.Places(out ipAt, out payloadAt);
        }

        /// <summary>What follows the IP header, as far as it was captured.</summary>
        public ArraySegment<byte> Payload => new ArraySegment<byte>(frame, payloadAt, fields.PayloadLength);
        /// <summary>The IP packet, its headers included.</summary>
        public ArraySegment<byte> IP => new ArraySegment<byte>(frame, ipAt, fields.IpLength);
        /// <summary>The frame, its link-layer headers included.</summary>
        public ArraySegment<byte> Frame => new ArraySegment<byte>(frame);

        // What they mean stands at PacketEvent.
        public byte IpVersion => fields.IpVersion;
        public byte Tos => fields.Tos;
        public byte Flags => fields.Flags;
        public byte Ttl => fields.Ttl;
        public ushort SourcePort => fields.SourcePort;
        public ushort DestinationPort => fields.DestinationPort;
        public uint Id => fields.Id;
        public ushort Offset => fields.Offset;
        public ushort Checksum => fields.Checksum;
        public byte IpProtocol => fields.IpProtocol;
        public Direction Direction => fields.Direction;
        public long Timestamp => fields.Timestamp;
        public long TimestampNs => fields.TimestampNs;
        public uint PayloadWireLength => fields.PayloadWireLength;
        public uint FrameWireLength => fields.FrameWireLength;
        public uint LinkType => fields.LinkType;
        public uint InterfaceIndex => fields.InterfaceIndex;
        public Notes Notes => fields.Notes;
        public ulong FrameNumber => fields.FrameNumber;
        public DateTime Time => fields.Time;
        public IPAddress SourceAddress => fields.SourceAddress;
        public IPAddress DestinationAddress => fields.DestinationAddress;
        public string SourceText => fields.SourceText;
        public string DestinationText => fields.DestinationText;
    }
}
