using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace Ipmon
{
    /// <summary>
    /// Waits for the descriptors of all monitors, on one thread of the process, which is
    /// there from the first wait on.
    ///
    /// The sockets of .NET wait in the same manner, but only for what they can read: what
    /// ipmon_get_fd() gives is an epoll, which is not read, and a Socket around one
    /// completes with EINVAL.
    /// </summary>
    internal static unsafe class Poller
    {
        private const int Add = 1;
        private const int Delete = 2;
        private const uint In = 1;
        private const uint OneShot = 1u << 30;
        private const int CloseOnExec = 0x80000;
        private const int Interrupted = 4;

        [DllImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
        private static extern int Create(int flags);
        [DllImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
        private static extern int Control(int epoll, int what, int fd, byte* e);
        [DllImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
        private static extern int Wait(int epoll, byte* events, int capacity, int timeout);

        // struct epoll_event is packed on x86 alone.
        private static readonly bool Packed = RuntimeInformation.ProcessArchitecture == Architecture.X64 ||
                                              RuntimeInformation.ProcessArchitecture == Architecture.X86;
        private static readonly int DataAt = Packed ? 4 : 8;
        private static readonly int EventSize = Packed ? 12 : 16;

        private static readonly Dictionary<int, TaskCompletionSource<bool>> Waiting =
            new Dictionary<int, TaskCompletionSource<bool>>();
        private static int epoll = -1;

        /// <summary>Done once the descriptor is readable. It must stay open until
        /// then.</summary>
        internal static Task Readable(int fd)
        {
            lock (Waiting)
            {
                TaskCompletionSource<bool> readable;
                if (Waiting.TryGetValue(fd, out readable))
                {
                    return readable.Task;
                }
                Begin();
                byte* e = stackalloc byte[16];
                *(uint*)e = In | OneShot;
                *(long*)(e + DataAt) = fd;
                if (Control(epoll, Add, fd, e) != 0)
                {
                    throw new IOException("epoll_ctl failed with error " + Marshal.GetLastWin32Error());
                }
                readable = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
                Waiting.Add(fd, readable);
                return readable.Task;
            }
        }

        private static void Begin()
        {
            if (epoll >= 0)
            {
                return;
            }
            epoll = Create(CloseOnExec);
            if (epoll < 0)
            {
                throw new IOException("epoll_create1 failed with error " + Marshal.GetLastWin32Error());
            }
            new Thread(Loop, 64 * 1024) { IsBackground = true, Name = "ipmon poller" }.Start();
        }

        private static void Loop()
        {
            const int Capacity = 64;
            byte* events = stackalloc byte[Capacity * 16];
            for (;;)
            {
                int count = Wait(epoll, events, Capacity, -1);
                if (count < 0 && Marshal.GetLastWin32Error() != Interrupted)
                {
                    return;
                }
                for (int i = 0; i < count; i++)
                {
                    Done((int)*(long*)(events + i * EventSize + DataAt));
                }
            }
        }

        private static void Done(int fd)
        {
            TaskCompletionSource<bool> readable;
            lock (Waiting)
            {
                if (!Waiting.TryGetValue(fd, out readable))
                {
                    return;
                }
                byte* none = stackalloc byte[16];
                Control(epoll, Delete, fd, none);
                Waiting.Remove(fd);
            }
            readable.TrySetResult(true);
        }
    }
}
