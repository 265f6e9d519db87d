using System;
using System.Runtime.InteropServices;

namespace Ipmon
{
    /// <summary>
    /// The functions of ipmon.h, from the library that Library found.
    ///
    /// They are delegates and no DllImport: so it is one way on every runtime to take the
    /// library from where we say, and nothing is called before its version was checked. A
    /// call costs some nanoseconds more, which batches share.
    /// </summary>
    internal static unsafe class Native
    {
        // Callbacks.
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate void OnPacket(PacketEvent* packet, IntPtr user);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate void OnError(NativeError* error, IntPtr user);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate void OnNotice(NativeNotice* notice, IntPtr user);

        // Functions, by their kind.
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate byte* GetName();
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate byte* GetStatusText(int status);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate uint GetVersion();
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate IntPtr Make();
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int Call(IntPtr m);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate void Tell(IntPtr m);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int CallWithInt(IntPtr m, int value);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int CallForInt(IntPtr m, int* value);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int CallWithText(IntPtr m, byte* text);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int CallForText(IntPtr m, byte* text, UIntPtr size, UIntPtr* needed);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int CallWithCallback(IntPtr m, IntPtr callback, IntPtr user);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int CallForStats(IntPtr m, Stats* stats, UIntPtr size);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate IntPtr CallForBatch(IntPtr m, PacketEvent* into, UIntPtr size, UIntPtr capacity, int timeout);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int CallForList(void* into, UIntPtr size, UIntPtr capacity, UIntPtr* count);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int Format(byte* ip, uint version, byte* text, UIntPtr size);

        internal static readonly GetName Version = Library.Function<GetName>("ipmon_version");
        internal static readonly GetStatusText StatusText = Library.Function<GetStatusText>("ipmon_status_text");
        internal static readonly Make New = Library.Function<Make>("ipmon_new");
        internal static readonly Call Free = Library.Function<Call>("ipmon_free");
        internal static readonly Call Reset = Library.Function<Call>("ipmon_reset");
        internal static readonly CallForText LastError = Library.Function<CallForText>("ipmon_last_error");
        internal static readonly CallWithCallback SetOnPacket = Library.Function<CallWithCallback>("ipmon_set_on_ip_packet");
        internal static readonly CallWithCallback SetOnError = Library.Function<CallWithCallback>("ipmon_set_on_error");
        internal static readonly CallWithCallback SetOnNotice = Library.Function<CallWithCallback>("ipmon_set_on_notice");

        // Options. The numbers of 32 bits without a sign are passed as int: the library
        // refuses what is beyond its limits, and its limits are below 2^31.
        internal static readonly CallWithText SetLocalHost = Library.Function<CallWithText>("ipmon_set_local_host");
        internal static readonly CallForText GetLocalHost = Library.Function<CallForText>("ipmon_get_local_host");
        internal static readonly CallWithText SetFilter = Library.Function<CallWithText>("ipmon_set_filter");
        internal static readonly CallForText GetFilter = Library.Function<CallForText>("ipmon_get_filter");
        internal static readonly CallWithInt SetDirection = Library.Function<CallWithInt>("ipmon_set_direction");
        internal static readonly CallForInt GetDirection = Library.Function<CallForInt>("ipmon_get_direction");
        internal static readonly CallWithInt SetPromiscuous = Library.Function<CallWithInt>("ipmon_set_promiscuous");
        internal static readonly CallForInt GetPromiscuous = Library.Function<CallForInt>("ipmon_get_promiscuous");
        internal static readonly CallWithInt SetSnapLength = Library.Function<CallWithInt>("ipmon_set_snap_length");
        internal static readonly CallForInt GetSnapLength = Library.Function<CallForInt>("ipmon_get_snap_length");
        internal static readonly CallWithInt SetBufferSize = Library.Function<CallWithInt>("ipmon_set_buffer_size");
        internal static readonly CallForInt GetBufferSize = Library.Function<CallForInt>("ipmon_get_buffer_size");
        internal static readonly CallWithInt SetLatency = Library.Function<CallWithInt>("ipmon_set_latency");
        internal static readonly CallForInt GetLatency = Library.Function<CallForInt>("ipmon_get_latency");
        internal static readonly CallWithInt SetAddressText = Library.Function<CallWithInt>("ipmon_set_address_text");
        internal static readonly CallWithInt SetFileAccess = Library.Function<CallWithInt>("ipmon_set_file_access");
        internal static readonly CallForInt GetFileAccess = Library.Function<CallForInt>("ipmon_get_file_access");
        internal static readonly CallWithInt SetReopen = Library.Function<CallWithInt>("ipmon_set_reopen");
        internal static readonly CallForInt GetReopen = Library.Function<CallForInt>("ipmon_get_reopen");
        internal static readonly CallWithInt SetAllMulticast = Library.Function<CallWithInt>("ipmon_set_all_multicast");
        internal static readonly CallForInt GetAllMulticast = Library.Function<CallForInt>("ipmon_get_all_multicast");
        internal static readonly CallWithInt SetTimeSource = Library.Function<CallWithInt>("ipmon_set_time_source");
        internal static readonly CallForInt GetTimeSource = Library.Function<CallForInt>("ipmon_get_time_source");
        internal static readonly CallWithInt SetAcceptData = Library.Function<CallWithInt>("ipmon_set_accept_data");
        internal static readonly CallForInt GetAcceptData = Library.Function<CallForInt>("ipmon_get_accept_data");

        // Runs.
        internal static readonly CallWithInt SetActive = Library.Function<CallWithInt>("ipmon_set_active");
        internal static readonly CallForInt GetActive = Library.Function<CallForInt>("ipmon_get_active");
        internal static readonly CallWithInt Wait = Library.Function<CallWithInt>("ipmon_wait");
        internal static readonly CallWithText ParsePcapFile = Library.Function<CallWithText>("ipmon_parse_pcap_file");
        internal static readonly Tell Interrupt = Library.Function<Tell>("ipmon_interrupt");
        internal static readonly CallForStats GetStats = Library.Function<CallForStats>("ipmon_get_stats");
        internal static readonly Call OpenLive = Library.Function<Call>("ipmon_open_live");
        internal static readonly CallWithText OpenPcapFile = Library.Function<CallWithText>("ipmon_open_pcap_file");
        internal static readonly CallForBatch NextBatch = Library.Function<CallForBatch>("ipmon_next_batch");
        internal static readonly CallWithInt DoEvents = Library.Function<CallWithInt>("ipmon_do_events");
        internal static readonly CallForInt GetFd = Library.Function<CallForInt>("ipmon_get_fd");

        internal static readonly CallForList ListAdapters = Library.Function<CallForList>("ipmon_list_adapters");
        internal static readonly CallForList ListIpAddresses = Library.Function<CallForList>("ipmon_list_ip_addresses");
        internal static readonly Call CheckAccess = Library.Function<Call>("ipmon_check_access");
        internal static readonly Format FormatAddress = Library.Function<Format>("ipmon_format_address");

        // Without it a runtime may fill the fields before the library was loaded.
        static Native()
        {
        }

        /// <summary>Throws where the status is a failure that belongs to no
        /// monitor.</summary>
        internal static void Check(int status)
        {
            if (status != (int)Status.Ok)
            {
                throw new IpmonException((Status)status, Bytes.Text(StatusText(status)));
            }
        }
    }
}
