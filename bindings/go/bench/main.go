// Bench reads a capture of Ethernet frames with gopacket, and prints what `conform sum`
// prints.
//
// usage: bench pcapgo|libpcap CAPTURE
package main

import (
	"encoding/binary"
	"fmt"
	"log"
	"os"
)

var readers = map[string]func(path string, s *sums) error{"pcapgo": byPcapgo}

type sums struct{ packets, sum uint32 }

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 || readers[os.Args[1]] == nil {
		log.Fatal("usage: bench pcapgo|libpcap CAPTURE")
	}
	var s sums
	if err := readers[os.Args[1]](os.Args[2], &s); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("{\"packets\":%d,\"sum\":%d}\n", s.packets, s.sum)
}

func words(ip []byte) (sum uint32) {
	for ; len(ip) >= 4; ip = ip[4:] {
		sum += binary.LittleEndian.Uint32(ip)
	}
	return sum
}
