package main

import (
	"bufio"
	"errors"
	"io"
	"os"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// byPcapgo reads with gopacket's reader in Go.
func byPcapgo(path string, s *sums) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	reader, err := pcapgo.NewReader(bufio.NewReaderSize(file, 1<<20))
	if err != nil {
		return err
	}
	return decode(reader, s)
}

// decode is gopacket at its fastest: nothing copied or allocated, and no layer decoded
// that is not asked for.
func decode(source gopacket.ZeroCopyPacketDataSource, s *sums) error {
	var (
		eth     layers.Ethernet
		ip4     layers.IPv4
		ip6     layers.IPv6
		tcp     layers.TCP
		udp     layers.UDP
		decoded []gopacket.LayerType
	)
	parser := gopacket.NewDecodingLayerParser(layers.LayerTypeEthernet, &eth, &ip4, &ip6, &tcp, &udp)
	parser.IgnoreUnsupported = true
	for {
		data, info, err := source.ZeroCopyReadPacketData()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := parser.DecodeLayers(data, &decoded); err != nil {
			return err
		}
		sum := uint32(info.Timestamp.UnixMicro())
		for _, layer := range decoded {
			switch layer {
			case layers.LayerTypeIPv4:
				s.packets++
				sum += 4 + uint32(ip4.TOS) + uint32(ip4.Id) + uint32(ip4.Flags) +
					uint32(ip4.FragOffset) + uint32(ip4.TTL) + uint32(ip4.Checksum) +
					uint32(ip4.Protocol) + uint32(len(ip4.Payload)) + words(ip4.SrcIP) + words(ip4.DstIP)
			case layers.LayerTypeIPv6:
				s.packets++
				sum += 6 + uint32(ip6.TrafficClass) + uint32(ip6.HopLimit) +
					uint32(ip6.NextHeader) + uint32(len(ip6.Payload)) + words(ip6.SrcIP) + words(ip6.DstIP)
			case layers.LayerTypeTCP:
				sum += uint32(tcp.SrcPort) + uint32(tcp.DstPort)
			case layers.LayerTypeUDP:
				sum += uint32(udp.SrcPort) + uint32(udp.DstPort)
			}
		}
		s.sum += sum
	}
}
