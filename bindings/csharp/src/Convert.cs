using System;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Ipmon
{
    internal static class Times
    {
        private static readonly long Epoch = new DateTime(1970, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

        internal static DateTime OfNanoseconds(long ns)
        {
            // Rounded down, before 1970 too.
            long ticks = ns / 100 - (ns % 100 < 0 ? 1 : 0);
            return new DateTime(Epoch + ticks, DateTimeKind.Utc);
        }
    }

    internal static unsafe class Addresses
    {
        private const int TextSize = 46;

        internal static IPAddress Of(byte* bytes, byte version)
        {
            // An IPv4 address as a number is in the order of memory, too.
            return version == 4 ? new IPAddress(*(uint*)bytes)
                                : new IPAddress(Bytes.Copy(bytes, 16));
        }

        internal static string Text(byte* bytes, byte version)
        {
            byte* text = stackalloc byte[TextSize];
            var status = (Status)Native.FormatAddress(bytes, version, text, (UIntPtr)TextSize);
            return status == Status.Ok ? Bytes.Text(text) : "";
        }
    }

    internal static unsafe class Bytes
    {
        private static readonly byte[] None = new byte[0];

        internal static byte[] Copy(byte* from, int length)
        {
            if (length == 0)
            {
                return None;
            }
            var copy = new byte[length];
            Marshal.Copy((IntPtr)from, copy, 0, length);
            return copy;
        }

        /// <summary>The text that ends with NUL at this place.</summary>
        internal static string Text(byte* utf8)
        {
            int length = 0;
            while (utf8 != null && utf8[length] != 0)
            {
                length++;
            }
            return length == 0 ? "" : Encoding.UTF8.GetString(utf8, length);
        }

        /// <summary>The text with a NUL behind it, as C takes it.</summary>
        internal static byte[] Utf8(string text)
        {
            if (text.IndexOf('\0') >= 0)
            {
                throw new ArgumentException("a text for the library must not hold the character 0");
            }
            var bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
            Encoding.UTF8.GetBytes(text, 0, text.Length, bytes, 0);
            return bytes;
        }
    }
}
