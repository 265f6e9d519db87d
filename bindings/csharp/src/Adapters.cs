using System;
using System.Collections.Generic;
using System.Net;
using System.Runtime.InteropServices;

namespace Ipmon
{
    /// <summary>Bits of IPMON_ADAPTER_.</summary>
    [Flags]
    public enum AdapterFlags : uint
    {
        None = 0,
        Up = 1 << 0,
        Running = 1 << 1,
        Loopback = 1 << 2,
        /// <summary>What a monitor without LocalHost watches.</summary>
        Default = 1 << 3,
    }

    /// <summary>A network interface.</summary>
    public sealed class Adapter
    {
        /// <summary>For PacketMonitor.LocalHost.</summary>
        public string Name { get; }
        public uint InterfaceIndex { get; }
        public AdapterFlags Flags { get; }
        public byte[] HardwareAddress { get; }

        internal unsafe Adapter(NativeAdapter* from)
        {
            Name = Bytes.Text(from->Name);
            InterfaceIndex = from->InterfaceIndex;
            Flags = (AdapterFlags)from->Flags;
            HardwareAddress = Bytes.Copy(from->HardwareAddress, (int)from->HardwareAddressLength);
        }
    }

    /// <summary>An IP address of an interface.</summary>
    public sealed class AdapterAddress
    {
        public IPAddress Address { get; }
        /// <summary>For PacketMonitor.LocalHost; a link-local address bears its
        /// zone.</summary>
        public string Text { get; }
        public int PrefixLength { get; }
        public string InterfaceName { get; }
        public uint InterfaceIndex { get; }

        internal unsafe AdapterAddress(NativeAddress* from)
        {
            Address = Addresses.Of(from->Ip, (byte)from->IpVersion);
            Text = Bytes.Text(from->Text);
            PrefixLength = (int)from->PrefixLength;
            InterfaceName = Bytes.Text(from->InterfaceName);
            InterfaceIndex = from->InterfaceIndex;
        }
    }

    public sealed unsafe partial class PacketMonitor
    {
        /// <summary>The network interfaces; it needs no privileges.</summary>
        public static IReadOnlyList<Adapter> Adapters()
        {
            Library.Load();
            var all = new List<Adapter>();
            List(Native.ListAdapters, sizeof(NativeAdapter), at => all.Add(new Adapter((NativeAdapter*)at)));
            return all;
        }

        /// <summary>The IP addresses of this machine, interface by interface.</summary>
        public static IReadOnlyList<AdapterAddress> IpAddresses()
        {
            Library.Load();
            var all = new List<AdapterAddress>();
            List(Native.ListIpAddresses, sizeof(NativeAddress), at => all.Add(new AdapterAddress((NativeAddress*)at)));
            return all;
        }

        private static void List(Native.CallForList list, int size, Action<IntPtr> each)
        {
            for (int capacity = 16; ;)
            {
                // Of 64-bit words, so that it is aligned.
                var room = new ulong[capacity * size / 8 + 1];
                fixed (ulong* into = room)
                {
                    UIntPtr count;
                    int status = list(into, (UIntPtr)size, (UIntPtr)capacity, &count);
                    if (status == (int)Status.BadSize)
                    {
                        capacity = (int)count + 4;
                        continue;
                    }
                    Native.Check(status);
                    for (int i = 0; i < (int)count; i++)
                    {
                        each((IntPtr)((byte*)into + i * size));
                    }
                    return;
                }
            }
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct NativeAdapter
    {
        internal uint StructSize;
        internal uint InterfaceIndex;
        internal uint Flags;
        internal uint AddressCount;
        internal fixed byte HardwareAddress[8];
        internal uint HardwareAddressLength;
        internal uint Reserved;
        internal fixed byte Name[64];
    }

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct NativeAddress
    {
        internal uint StructSize;
        internal uint InterfaceIndex;
        internal uint IpVersion;
        internal uint PrefixLength;
        internal fixed byte Ip[16];
        internal fixed byte Text[64];
        internal fixed byte InterfaceName[64];
    }
}
