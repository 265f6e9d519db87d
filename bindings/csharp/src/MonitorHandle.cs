using System;
using System.Runtime.InteropServices;

namespace Ipmon
{
    /// <summary>An ipmon_t, and the weak reference to its monitor that the library hands
    /// to our callbacks. Both live until no callback can come any more.</summary>
    internal sealed class MonitorHandle : SafeHandle
    {
        private GCHandle user;
        private volatile bool freedAtEnd;

        internal MonitorHandle(PacketMonitor monitor) : base(IntPtr.Zero, true)
        {
            SetHandle(Native.New());
            if (IsInvalid)
            {
                throw new IpmonException(Status.NoMemory,
                    "no further monitor: file descriptors or handles are used up, or the process was forked");
            }
            user = GCHandle.Alloc(monitor, GCHandleType.Weak);
        }

        public override bool IsInvalid
        {
            get { return handle == IntPtr.Zero; }
        }

        internal IntPtr User
        {
            get { return GCHandle.ToIntPtr(user); }
        }

        /// <summary>The monitor that a callback is for; null when it was collected.</summary>
        internal static PacketMonitor Target(IntPtr user)
        {
            return (PacketMonitor)GCHandle.FromIntPtr(user).Target;
        }

        /// <summary>Keeps the ipmon_t while it is used.</summary>
        internal Hold Use()
        {
            return new Hold(this);
        }

        /// <summary>The last callback of a run has nearly returned.</summary>
        internal void RunEnded()
        {
            if (freedAtEnd)
            {
                user.Free();
            }
        }

        protected override bool ReleaseHandle()
        {
            // Inside a callback the free waits for nothing, and a run that goes on has the
            // notice of its end still to come, which needs the reference.
            bool more = Native.Wait(handle, 0) == (int)Status.Pending;
            freedAtEnd = more;
            int status = Native.Free(handle);
            if (!more)
            {
                user.Free();
            }
            return status == (int)Status.Ok || status == (int)Status.Pending;
        }

        internal struct Hold : IDisposable
        {
            private readonly MonitorHandle of;

            internal Hold(MonitorHandle of)
            {
                bool held = false;
                of.DangerousAddRef(ref held);
                this.of = of;
            }

            internal IntPtr M
            {
                get { return of.DangerousGetHandle(); }
            }

            public void Dispose()
            {
                of.DangerousRelease();
            }
        }
    }
}
