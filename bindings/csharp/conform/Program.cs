// The binding's program for conformance/run.py: see conformance/README.md.
using System;
using System.IO;
using System.Text;
using Ipmon;

internal static class Program
{
    internal static readonly TextWriter Out =
        new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false), 1 << 16) { NewLine = "\n" };

    private static int Main(string[] args)
    {
        try
        {
            return Do(args);
        }
        finally
        {
            Out.Flush();
        }
    }

    private static int Do(string[] args)
    {
        switch (args.Length == 0 ? "" : args[0])
        {
            case "case":
                Cases.Print(args[1], args[2], args);
                return 0;
            case "behaviour":
                return Behaviours.Do(args[1], args);
            case "layout":
                Layout.Print();
                return 0;
            case "sum":
                Sums.Print(args[1], args[2]);
                return 0;
            default:
                Console.Error.WriteLine("usage: conform case MODE CAPTURE [OPTION=VALUE...] | " +
                    "behaviour NAME [ARGUMENT...] | layout | sum MODE CAPTURE");
                return 2;
        }
    }

    /// <summary>FNV-1a, 32 bits.</summary>
    internal static uint Hash(byte[] bytes, uint hash = 2166136261)
    {
        foreach (byte b in bytes)
        {
            hash = (hash ^ b) * 16777619;
        }
        return hash;
    }

    internal static string Json(string text)
    {
        var all = new StringBuilder("\"");
        foreach (char c in text)
        {
            if (c == '"' || c == '\\')
            {
                all.Append('\\').Append(c);
            }
            else if (c < ' ')
            {
                all.Append("\\u").Append(((int)c).ToString("x4"));
            }
            else
            {
                all.Append(c);
            }
        }
        return all.Append('"').ToString();
    }

    /// <summary>NotACapture and not_a_capture.</summary>
    internal static string Snake(string name)
    {
        var all = new StringBuilder();
        for (int i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i]))
            {
                all.Append('_');
            }
            all.Append(char.ToLowerInvariant(name[i]));
        }
        return all.ToString();
    }

    internal static string Name(Status status)
    {
        return Snake(status.ToString()).ToUpperInvariant();
    }
}
