package main

import (
	"encoding/binary"
	"fmt"

	"ipmon.example/ipmon"
)

func sum(mode, capture string) {
	var count, total uint32
	m := must(ipmon.OpenFile(capture))
	defer m.Close()
	switch mode {
	case "pull":
		for p, err := range m.Packets(background) {
			if err != nil {
				fail("%v", err)
			}
			count++
			total += one(p.Event)
		}
	case "batches":
		for batch, err := range m.Batches(background) {
			if err != nil {
				fail("%v", err)
			}
			for i := range batch {
				total += one(&batch[i])
			}
			count += uint32(len(batch))
		}
	default:
		fail("no mode %q", mode)
	}
	fmt.Fprintf(out, "{\"packets\":%d,\"sum\":%d}\n", count, total)
}

func one(e *ipmon.Event) uint32 {
	return uint32(e.SourcePort) + uint32(e.DestinationPort) + uint32(e.Version) +
		uint32(e.TOS) + e.ID + uint32(e.Flags) + uint32(e.Offset) + uint32(e.TTL) +
		uint32(e.Checksum) + uint32(e.Protocol) + e.PayloadLength + uint32(e.Timestamp) +
		words(&e.SourceIP) + words(&e.DestinationIP)
}

func words(ip *[16]byte) uint32 {
	le := binary.LittleEndian
	return le.Uint32(ip[0:]) + le.Uint32(ip[4:]) + le.Uint32(ip[8:]) + le.Uint32(ip[12:])
}
