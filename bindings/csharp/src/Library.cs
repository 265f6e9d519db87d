using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;

namespace Ipmon
{
    /// <summary>
    /// Finds and loads libipmon, once: the path in IPMON_LIBRARY, where that is set; beside
    /// this assembly, in the folders of a NuGet package too; else what the system has.
    /// </summary>
    internal static unsafe class Library
    {
        /// <summary>IPMON_ABI_VERSION of the ipmon.h that this was written for.</summary>
        internal const uint AbiVersion = 1;

        private static readonly object Gate = new object();
        private static IntPtr library;
        private static Exception refused;

        /// <summary>Loads the library, or throws why not; the same again when it is asked
        /// again. Before Native is touched, whose initialiser would wrap what is
        /// thrown.</summary>
        internal static void Load()
        {
            lock (Gate)
            {
                if (library != IntPtr.Zero)
                {
                    return;
                }
                if (refused == null)
                {
                    try
                    {
                        IntPtr found = Find();
                        CheckAbi(found);
                        library = found;
                        return;
                    }
                    catch (Exception e)
                    {
                        refused = e;
                    }
                }
                throw refused;
            }
        }

        internal static T Function<T>(string name) where T : class
        {
            return Function<T>(library, name);
        }

        private static T Function<T>(IntPtr of, string name) where T : class
        {
            IntPtr function = Loader.Symbol(of, name);
            if (function == IntPtr.Zero)
            {
                throw new EntryPointNotFoundException("libipmon has no function " + name);
            }
            // The non-generic form is the one that mono's older profiles have as well.
            return (T)(object)Marshal.GetDelegateForFunctionPointer(function, typeof(T));
        }

        private static void CheckAbi(IntPtr found)
        {
            uint version = Function<Native.GetVersion>(found, "ipmon_abi_version")();
            if (version < AbiVersion)
            {
                throw new IpmonException(Status.Unsupported,
                    "the libipmon that was found has version " + version +
                    " of the ABI, and this assembly needs " + AbiVersion + ": install a newer libipmon");
            }
        }

        private static IntPtr Find()
        {
            string chosen = Environment.GetEnvironmentVariable("IPMON_LIBRARY");
            string why;
            IntPtr found;
            if (!string.IsNullOrEmpty(chosen))
            {
                found = Loader.Open(chosen, out why);
                if (found == IntPtr.Zero)
                {
                    throw new DllNotFoundException("IPMON_LIBRARY cannot be loaded: " + why);
                }
                return found;
            }
            foreach (string path in Beside())
            {
                if (!File.Exists(path))
                {
                    continue;
                }
                found = Loader.Open(path, out why);
                if (found == IntPtr.Zero)
                {
                    throw new DllNotFoundException("libipmon cannot be loaded: " + why);
                }
                return found;
            }
            foreach (string name in new[] { "libipmon.so.0.1", "libipmon.so" })
            {
                found = Loader.Open(name, out why);
                if (found != IntPtr.Zero)
                {
                    return found;
                }
            }
            throw new DllNotFoundException(
                "libipmon.so is not beside Ipmon.dll, and the system has none: install it, or put its path into IPMON_LIBRARY");
        }

        private static IEnumerable<string> Beside()
        {
            string runtime = Path.Combine("runtimes", Loader.RuntimeIdentifier, "native");
            foreach (string folder in new[] { AssemblyFolder(), AppDomain.CurrentDomain.BaseDirectory })
            {
                if (string.IsNullOrEmpty(folder))
                {
                    continue;
                }
                yield return Path.Combine(folder, "libipmon.so");
                yield return Path.Combine(folder, runtime, "libipmon.so");
                // From lib/FRAMEWORK/Ipmon.dll of an unpacked package.
                yield return Path.Combine(folder, "..", "..", runtime, "libipmon.so");
            }
        }

        private static string AssemblyFolder()
        {
            // Empty in a program that was published as a single file.
            string location = typeof(Library).Assembly.Location;
            return string.IsNullOrEmpty(location) ? null : Path.GetDirectoryName(location);
        }
    }

    /// <summary>The system's loader.</summary>
    internal static unsafe class Loader
    {
        private const int Now = 2;

        // glibc before 2.34 has them in libdl, musl and later ones in libc.
        [DllImport("libdl.so.2", EntryPoint = "dlopen")]
        private static extern IntPtr OpenInDl(byte* path, int flags);
        [DllImport("libdl.so.2", EntryPoint = "dlsym")]
        private static extern IntPtr SymbolInDl(IntPtr library, byte* name);
        [DllImport("libdl.so.2", EntryPoint = "dlerror")]
        private static extern byte* ErrorInDl();
        [DllImport("libc", EntryPoint = "dlopen")]
        private static extern IntPtr OpenInC(byte* path, int flags);
        [DllImport("libc", EntryPoint = "dlsym")]
        private static extern IntPtr SymbolInC(IntPtr library, byte* name);
        [DllImport("libc", EntryPoint = "dlerror")]
        private static extern byte* ErrorInC();

        private static readonly bool HasDl = FindDl();

        private static bool FindDl()
        {
            try
            {
                ErrorInDl();
                return true;
            }
            catch (DllNotFoundException)
            {
                return false;
            }
        }

        internal static string RuntimeIdentifier
        {
            get
            {
                switch (RuntimeInformation.ProcessArchitecture)
                {
                    case Architecture.X64: return "linux-x64";
                    case Architecture.Arm64: return "linux-arm64";
                    case Architecture.X86: return "linux-x86";
                    default: return "linux-arm";
                }
            }
        }

        internal static IntPtr Open(string path, out string why)
        {
            fixed (byte* name = Bytes.Utf8(path))
            {
                IntPtr library = HasDl ? OpenInDl(name, Now) : OpenInC(name, Now);
                why = library != IntPtr.Zero ? "" : Bytes.Text(HasDl ? ErrorInDl() : ErrorInC());
                return library;
            }
        }

        internal static IntPtr Symbol(IntPtr library, string symbol)
        {
            fixed (byte* name = Bytes.Utf8(symbol))
            {
                return HasDl ? SymbolInDl(library, name) : SymbolInC(library, name);
            }
        }
    }
}
