using System;
using System.Runtime.InteropServices;

namespace Ipmon
{
    /// <summary>
    /// What mono asks of a thread that calls managed code: that its collector can interrupt
    /// it, by signals. The library blocks every signal on the threads of its captures; with
    /// them blocked, a collection that meets a callback never ends.
    /// </summary>
    internal static unsafe class Mono
    {
        private const int Unblock = 1;
        private const int Power = 30;
        private const int ProcessorTime = 24;
        private const int FirstRealTime = 34;

        [DllImport("libc", EntryPoint = "pthread_sigmask")]
        private static extern int SignalMask(int how, ulong* set, ulong* old);

        private static readonly bool IsIt = Type.GetType("Mono.Runtime") != null;

        [ThreadStatic]
        private static bool interruptible;

        /// <summary>Called first in every callback; other runtimes drop it.</summary>
        internal static void Enter()
        {
            if (IsIt && !interruptible)
            {
                // Those that mono's versions use: real-time ones, SIGPWR and SIGXCPU.
                ulong* set = stackalloc ulong[16];
                for (int i = 0; i < 16; i++)
                {
                    set[i] = 0;
                }
                set[0] = ulong.MaxValue << (FirstRealTime - 1) | 1ul << (Power - 1) | 1ul << (ProcessorTime - 1);
                SignalMask(Unblock, set, null);
                interruptible = true;
            }
        }
    }
}
