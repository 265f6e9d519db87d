using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Ipmon;

/// <summary>conform behaviour.</summary>
internal static class Behaviours
{
    internal static int Do(string name, string[] args)
    {
        string argument = args.Length > 2 ? args[2] : "";
        switch (name)
        {
            case "stop_in_the_callback": return StopInTheCallback(argument);
            case "early_break": return EarlyBreak(argument);
            case "close_twice": return CloseTwice(argument);
            case "missing_file": return Failing(m => m.ParseFile("no/such/file.pcap"));
            case "bad_filter": return Failing(m => { m.Filter = "tcp port port"; m.ParseFile(argument); });
            case "not_a_capture": return Failing(m => { foreach (PacketBatch batch in m.FileBatches("Cargo.toml")) { } });
            case "throw_in_the_callback": return ThrowInTheCallback(argument);
            case "collector_stress": return CollectorStress(argument);
            case "thousand_opens": return ThousandOpens(argument);
            case "silent_stop": return Live.SilentStop(argument);
            case "wait_for_the_descriptor": return Live.WaitForTheDescriptor(argument, int.Parse(args[3]));
            case "exit_while_capturing": return Live.ExitWhileCapturing(argument);
            case "another_abi": return AnotherAbi();
            default:
                Console.Error.WriteLine("no such behaviour: " + name);
                return 2;
        }
    }

    internal static int Say(string json)
    {
        Program.Out.WriteLine("{" + json + "}");
        return 0;
    }

    private static string Is(bool it)
    {
        return it ? "true" : "false";
    }

    private static int StopInTheCallback(string capture)
    {
        using (var m = new PacketMonitor())
        {
            int packets = 0;
            m.IPPacket += (sender, e) =>
            {
                if (++packets == 3)
                {
                    m.Stop();
                }
            };
            m.ParseFile(capture);
            return Say("\"packets\":" + packets);
        }
    }

    private static int EarlyBreak(string capture)
    {
        using (var m = new PacketMonitor())
        {
            int first = 0, second = 0;
            foreach (Packet packet in m.FilePackets(capture))
            {
                if (++first == 2)
                {
                    break;
                }
            }
            foreach (Packet packet in m.FilePackets(capture))
            {
                second++;
            }
            return Say("\"first\":" + first + ",\"second\":" + second);
        }
    }

    private static int CloseTwice(string capture)
    {
        var m = new PacketMonitor();
        m.ParseFile(capture);
        m.Dispose();
        m.Dispose();
        bool refused = false;
        try
        {
            m.ParseFile(capture);
        }
        catch (ObjectDisposedException)
        {
            refused = true;
        }
        return Say("\"closed_twice\":true,\"refused\":" + Is(refused));
    }

    private static int Failing(Action<PacketMonitor> read)
    {
        using (var m = new PacketMonitor())
        {
            try
            {
                read(m);
                return 1;
            }
            catch (IpmonException e)
            {
                return Say("\"status\":\"" + Program.Name(e.Status) + "\",\"text\":" + Program.Json(e.Message));
            }
        }
    }

    private static int ThrowInTheCallback(string capture)
    {
        using (var m = new PacketMonitor())
        {
            int packets = 0;
            bool throws = true;
            string thrown = "";
            m.IPPacket += (sender, e) =>
            {
                if (++packets == 2 && throws)
                {
                    throw new InvalidOperationException("mine");
                }
            };
            try
            {
                m.ParseFile(capture);
            }
            catch (InvalidOperationException mine)
            {
                thrown = mine.Message;
            }
            throws = false;
            packets = 0;
            m.ParseFile(capture);
            return Say("\"thrown\":" + Program.Json(thrown) + ",\"second\":" + packets);
        }
    }

    private static int CollectorStress(string capture)
    {
        int stop = 0;
        var collector = new Thread(() =>
        {
            while (Volatile.Read(ref stop) == 0)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        var payloads = new List<byte[]>();
        for (int i = 0; i < 10; i++)
        {
            // Every second monitor is left to the collector.
            var m = new PacketMonitor();
            if (i < 5)
            {
                m.IPPacket += (sender, e) => payloads.Add(e.Packet.CopyPayload());
                m.ParseFile(capture);
            }
            else
            {
                foreach (Packet packet in m.FilePackets(capture))
                {
                    payloads.Add(packet.Payload.ToArray());
                }
            }
            if (i % 2 == 0)
            {
                m.Dispose();
            }
        }
        Volatile.Write(ref stop, 1);
        collector.Join();
        uint hash = 2166136261;
        foreach (byte[] payload in payloads)
        {
            hash = Program.Hash(payload, hash);
        }
        return Say("\"packets\":" + payloads.Count + ",\"payload\":\"" + hash.ToString("x8") + "\"");
    }

    private static int ThousandOpens(string capture)
    {
        // More than ten: malloc and the collector take some hundred opens and a collection
        // until they have all that they ever need. And what looks is warmed up as well.
        for (int i = 0; i < 3; i++)
        {
            Open(capture, 500);
            Count("/proc/self/fd");
            Resident();
        }
        int descriptors = Count("/proc/self/fd"), threads = Count("/proc/self/task");
        long resident = Resident();
        Open(capture, 1000);
        // Threads of the runtime come and go: those that are going.
        for (int i = 0; i < 50 && Count("/proc/self/task") > threads; i++)
        {
            Thread.Sleep(20);
        }
        return Say("\"descriptors\":" + (Count("/proc/self/fd") - descriptors) +
            ",\"threads\":" + (Count("/proc/self/task") - threads) +
            ",\"flat\":" + Is(Resident() - resident < 1 << 20));
    }

    private static void Open(string capture, int times)
    {
        for (int i = 0; i < times; i++)
        {
            using (var m = new PacketMonitor())
            {
                foreach (Packet packet in m.FilePackets(capture))
                {
                    break;
                }
            }
        }
    }

    private static int Count(string folder)
    {
        return Directory.GetFileSystemEntries(folder).Length;
    }

    private static long Resident()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        foreach (string line in File.ReadAllLines("/proc/self/status"))
        {
            if (line.StartsWith("VmRSS:"))
            {
                long kib = long.Parse(line.Substring(6).Replace("kB", "").Trim());
                Console.Error.WriteLine("resident: " + kib + " KiB");
                return kib << 10;
            }
        }
        return 0;
    }

    private static int AnotherAbi()
    {
        bool refused = false;
        try
        {
            new PacketMonitor().Dispose();
        }
        catch (IpmonException)
        {
            refused = true;
        }
        return Say("\"refused\":" + Is(refused));
    }
}
