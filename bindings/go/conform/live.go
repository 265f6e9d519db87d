package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"ipmon.example/ipmon"
)

// silentStop waits for packets that do not come, and ends the waiting by Close and by the
// context in turn. Measured is from there to the end of the loop; Close also gives back
// the kernel's ring, which is told beside it.
func silentStop(device, _ string) {
	const stops = 20
	var slowest, slowestClose time.Duration
	for i := range stops {
		m := must(ipmon.OpenLive(ipmon.Interface(device)))
		ctx, cancel := context.WithCancel(background)
		began := make(chan time.Time, 1)
		closed := make(chan time.Duration, 1)
		time.AfterFunc(100*time.Millisecond, func() {
			now := time.Now()
			began <- now
			if i%2 == 0 {
				m.Close()
			} else {
				cancel()
			}
			closed <- time.Since(now)
		})
		for _, err := range m.Packets(ctx) {
			if !errors.Is(err, context.Canceled) {
				fail("the loop had a packet, or %v", err)
			}
		}
		slowest = max(slowest, time.Since(<-began))
		slowestClose = max(slowestClose, <-closed)
		cancel()
		m.Close()
	}
	fmt.Fprintf(os.Stderr, "%v; Close itself %v\n", slowest, slowestClose)
	fmt.Fprintf(out, "{\"stops\":%d,\"within_50_ms\":%t}\n", stops, slowest < 50*time.Millisecond)
}

// waitForTheDescriptor waits as every loop does: in the runtime's poller.
func waitForTheDescriptor(device, count string) {
	wanted := must(strconv.Atoi(count))
	ready = true
	fmt.Fprintf(out, "{\"packets\":%d}\n", take(device, wanted))
}

func exitWhileCapturing(device, _ string) {
	take(device, 10)
	os.Exit(7)
}

// ready is whether somebody waits to be told that the capture runs.
var ready bool

// take leaves the capture open.
func take(device string, wanted int) (count int) {
	m := must(ipmon.OpenLive(ipmon.Interface(device)))
	if ready {
		fmt.Fprintln(out, "ready")
		out.Flush()
	}
	for _, err := range m.Packets(background) {
		if err != nil {
			fail("%v", err)
		}
		if count++; count == wanted {
			break
		}
	}
	return count
}
