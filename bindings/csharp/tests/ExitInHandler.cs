// The program ends in a handler, on the thread of the capture: its code is 7. (Not on mono,
// which does not end there.)
using System;
using Ipmon;

internal static class ExitInHandler
{
    private static void Main()
    {
        var m = new PacketMonitor { LocalHost = "lo" };
        m.IPPacket += (sender, e) => Environment.Exit(7);
        m.Run();
    }
}
