// Toptalkers shows which hosts send most: of a capture file, or of an interface until it
// is interrupted.
//
// usage: toptalkers [-n 10] [-f FILTER] [-i INTERFACE | FILE]
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"maps"
	"net/netip"
	"os/signal"
	"slices"
	"syscall"

	"ipmon.example/ipmon"
)

type talker struct{ packets, bytes uint64 }

func main() {
	log.SetFlags(0)
	device := flag.String("i", "", "the interface to watch, or any")
	filter := flag.String("f", "", "a filter, such as \"tcp port 443\"")
	most := flag.Int("n", 10, "how many hosts to show")
	flag.Parse()

	open := func() (*ipmon.Monitor, error) {
		if *device != "" {
			return ipmon.OpenLive(ipmon.Interface(*device), ipmon.Filter(*filter))
		}
		return ipmon.OpenFile(flag.Arg(0), ipmon.Filter(*filter))
	}
	m, err := open()
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close()

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	talkers := map[netip.Addr]*talker{}
	for p, err := range m.Packets(ctx) {
		if errors.Is(err, context.Canceled) {
			break
		} else if err != nil {
			log.Print(err) // What came before it counts.
			break
		}
		t := talkers[p.Source()]
		if t == nil {
			t = new(talker)
			talkers[p.Source()] = t
		}
		t.packets++
		t.bytes += uint64(p.FrameWireLength)
	}
	show(talkers, *most)
	s := m.Stats()
	fmt.Printf("%d packets of %d hosts, %d frames dropped\n", s.Delivered, len(talkers), s.Dropped)
}

func show(talkers map[netip.Addr]*talker, most int) {
	hosts := slices.SortedFunc(maps.Keys(talkers), func(a, b netip.Addr) int {
		return cmp.Or(cmp.Compare(talkers[b].bytes, talkers[a].bytes), a.Compare(b))
	})
	fmt.Printf("%10s %12s  host\n", "packets", "bytes")
	for _, host := range hosts[:min(most, len(hosts))] {
		fmt.Printf("%10d %12d  %v\n", talkers[host].packets, talkers[host].bytes, host)
	}
}
