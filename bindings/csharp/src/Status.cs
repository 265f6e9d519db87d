using System;

namespace Ipmon
{
    /// <summary>How a call ended: the numbers of IPMON_STATUS_ in ipmon.h, which says
    /// of each what it means. A newer library may have others.</summary>
    public enum Status
    {
        Ok = 0,
        NullArgument = -1,
        BadArgument = -2,
        BadHandle = -3,
        BadSize = -4,
        Busy = -5,
        Pending = -6,
        Interrupted = -7,
        Timeout = -8,
        End = -9,
        NoMemory = -10,
        NoPermission = -11,
        NoDevice = -12,
        DeviceDown = -13,
        DeviceGone = -14,
        NoLibpcap = -15,
        BadFilter = -16,
        FilterTooComplex = -17,
        NotFound = -18,
        Io = -19,
        NotACapture = -20,
        Truncated = -21,
        Malformed = -22,
        Unsupported = -23,
        Forked = -24,
        Panic = -25,
        System = -26,
    }

    /// <summary>A failure: its status, and as the message the library's line of text,
    /// which says what happened and, where there is one, what to do.</summary>
    public sealed class IpmonException : Exception
    {
        public Status Status { get; }

        /// <summary>The operating system's error number, of what ended a live capture;
        /// 0 where it had none.</summary>
        public int SystemError { get; }

        /// <summary>The byte offset in the file, -1 where there is none.</summary>
        public long Offset { get; }

        internal IpmonException(Status status, string text, int systemError = 0, long offset = -1)
            : base(text)
        {
            Status = status;
            SystemError = systemError;
            Offset = offset;
        }
    }
}
