// The pairs of addresses that send most, and the protocols, of a capture file or of an
// interface for some seconds.
//
// usage: TopTalkers FILE | TopTalkers -i INTERFACE SECONDS
using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Threading;
using Ipmon;

internal static class TopTalkers
{
    /// <summary>A pair of addresses, which costs no object to look up.</summary>
    private struct Pair : IEquatable<Pair>
    {
        private ulong a, b, c, d;

        internal Pair(in PacketEvent p)
        {
            p.GetSourceBits(out a, out b);
            p.GetDestinationBits(out c, out d);
        }

        public bool Equals(Pair other)
        {
            return a == other.a && b == other.b && c == other.c && d == other.d;
        }

        public override int GetHashCode()
        {
            ulong all = (a * 31 + b) * 31 + (c * 31 + d);
            return (int)(all ^ all >> 32);
        }
    }

    private sealed class Talk
    {
        internal IPAddress From, To;
        internal long Packets, Bytes;
    }

    private static readonly Dictionary<Pair, Talk> Talks = new Dictionary<Pair, Talk>();
    private static readonly long[] Protocols = new long[256];

    private static int Main(string[] args)
    {
        bool live = args.Length == 3 && args[0] == "-i";
        if (!live && args.Length != 1)
        {
            Console.Error.WriteLine("usage: TopTalkers FILE | TopTalkers -i INTERFACE SECONDS");
            return 2;
        }
        try
        {
            using (var monitor = new PacketMonitor())
            {
                if (live)
                {
                    monitor.LocalHost = args[1];
                    using (new Timer(x => monitor.Stop(), null, int.Parse(args[2]) * 1000, Timeout.Infinite))
                    {
                        Count(monitor.LiveBatches());
                    }
                }
                else
                {
                    Count(monitor.FileBatches(args[0]));
                }
                Show(monitor.Stats);
            }
            return 0;
        }
        catch (IpmonException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }

    private static void Count(IEnumerable<PacketBatch> batches)
    {
        foreach (PacketBatch batch in batches)
        {
            for (int i = 0; i < batch.Count; i++)
            {
                Add(in batch[i]);
            }
        }
    }

    private static void Add(in PacketEvent p)
    {
        var pair = new Pair(in p);
        Talk talk;
        if (!Talks.TryGetValue(pair, out talk))
        {
            talk = new Talk { From = p.SourceAddress, To = p.DestinationAddress };
            Talks.Add(pair, talk);
        }
        talk.Packets++;
        talk.Bytes += p.FrameWireLength;
        Protocols[p.IpProtocol]++;
    }

    private static void Show(Stats stats)
    {
        Console.WriteLine(stats.Received + " frames, " + stats.Delivered + " IP packets, " + stats.Dropped + " dropped");
        foreach (Talk talk in Talks.Values.OrderByDescending(t => t.Bytes).Take(10))
        {
            Console.WriteLine("{0,12} bytes {1,8} packets  {2} > {3}", talk.Bytes, talk.Packets, talk.From, talk.To);
        }
        for (int i = 0; i < Protocols.Length; i++)
        {
            if (Protocols[i] != 0)
            {
                Console.WriteLine("protocol {0,3} {1,8} packets", i, Protocols[i]);
            }
        }
    }
}
