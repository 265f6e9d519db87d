using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Threading.Tasks;
using Ipmon;

/// <summary>conform case.</summary>
internal static class Cases
{
    internal static void Print(string mode, string capture, string[] options)
    {
        using (var m = new PacketMonitor())
        {
            var notices = new List<int>();
            Status status = Status.End;
            string text = "";
            m.NoticeReceived += (sender, notice) =>
            {
                // Every run has that one.
                if (notice.Code != NoticeCode.Ended)
                    notices.Add((int)notice.Code);
            };
            try
            {
                for (int i = 3; i < options.Length; i++)
                {
                    Set(m, options[i]);
                }
                if (!Read(m, mode, capture, Packet))
                {
                    status = Status.Interrupted;
                }
            }
            catch (IpmonException e)
            {
                status = e.Status;
                text = e.Message;
            }
            Program.Out.WriteLine("{\"status\":\"" + Program.Name(status) + "\",\"text\":" + Program.Json(text) +
                ",\"notices\":[" + string.Join(",", notices) + "],\"stats\":{" + Counters(m.Stats) + "}}");
        }
    }

    private delegate void Each(in PacketEvent packet);

    /// <summary>Reads a file in one of the ways that there are.</summary>
    private static bool Read(PacketMonitor m, string mode, string capture, Each each)
    {
        switch (mode)
        {
            case "pull":
                foreach (PacketBatch batch in m.FileBatches(capture))
                {
                    Of(batch, each);
                }
                return true;
            case "push":
                m.IPPacket += (sender, e) => each(in e.Packet);
                return m.ParseFile(capture);
#if NETCOREAPP
            case "async":
                ReadAsync(m, capture, each).GetAwaiter().GetResult();
                return true;
#endif
            default:
                throw new ArgumentException("no such mode: " + mode);
        }
    }

#if NETCOREAPP
    // What await foreach does, which is of C# 8.
    private static async Task ReadAsync(PacketMonitor m, string capture, Each each)
    {
        IAsyncEnumerator<PacketBatch> batches = m.FileBatchesAsync(capture).GetAsyncEnumerator();
        try
        {
            while (await batches.MoveNextAsync())
            {
                Of(batches.Current, each);
            }
        }
        finally
        {
            await batches.DisposeAsync();
        }
    }
#endif

    private static void Of(PacketBatch batch, Each each)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            each(in batch[i]);
        }
    }

    private static void Set(PacketMonitor m, string option)
    {
        string[] parts = option.Split(new[] { '=' }, 2);
        switch (parts[0])
        {
            case "filter":
                m.Filter = parts[1];
                break;
            case "file_access":
                m.FileAccess = (FileAccessMode)int.Parse(parts[1]);
                break;
            default:
                throw new ArgumentException("no such option: " + option);
        }
    }

    private static void Packet(in PacketEvent p)
    {
        TextWriter to = Program.Out;
        to.Write("{\"frame_number\":" + p.FrameNumber);
        to.Write(",\"timestamp\":" + p.Timestamp);
        to.Write(",\"timestamp_ns\":" + p.TimestampNs);
        to.Write(",\"ip_version\":" + p.IpVersion);
        to.Write(",\"source_address\":" + Program.Json(p.SourceText));
        to.Write(",\"source_port\":" + p.SourcePort);
        to.Write(",\"destination_address\":" + Program.Json(p.DestinationText));
        to.Write(",\"destination_port\":" + p.DestinationPort);
        to.Write(",\"tos\":" + p.Tos);
        to.Write(",\"id\":" + p.Id);
        to.Write(",\"flags\":" + p.Flags);
        to.Write(",\"offset\":" + p.Offset);
        to.Write(",\"ttl\":" + p.Ttl);
        to.Write(",\"checksum\":" + p.Checksum);
        to.Write(",\"ip_protocol\":" + p.IpProtocol);
        to.Write(",\"payload_length\":" + p.PayloadLength);
        to.Write(",\"payload_wire_length\":" + p.PayloadWireLength);
        to.Write(",\"ip_length\":" + p.IpLength);
        to.Write(",\"frame_length\":" + p.FrameLength);
        to.Write(",\"frame_wire_length\":" + p.FrameWireLength);
        to.Write(",\"link_type\":" + p.LinkType);
        to.Write(",\"interface_index\":" + p.InterfaceIndex);
        to.Write(",\"direction\":" + (int)p.Direction);
        to.Write(",\"notes\":" + (uint)p.Notes);
        to.Write(",\"payload\":\"" + Program.Hash(p.CopyPayload()).ToString("x8"));
        to.Write("\",\"ip\":\"" + Program.Hash(p.CopyIP()).ToString("x8"));
        to.Write("\",\"frame\":\"" + Program.Hash(p.CopyFrame()).ToString("x8"));
        to.WriteLine("\"}");
    }

    private static string Counters(Stats stats)
    {
        var all = new List<string>();
        foreach (FieldInfo field in typeof(Stats).GetFields(BindingFlags.Public | BindingFlags.Instance))
        {
            all.Add("\"" + Program.Snake(field.Name) + "\":" + field.GetValue(stats));
        }
        return string.Join(",", all);
    }
}
