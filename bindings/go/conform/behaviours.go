package main

import (
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"runtime"

	"ipmon.example/ipmon"
)

var behaviours = map[string]func(argument, count string){
	"stop_in_the_callback":    stopInTheLoop,
	"early_break":             earlyBreak,
	"close_twice":             closeTwice,
	"missing_file":            func(string, string) { failing("no/such/file.pcap") },
	"bad_filter":              func(c, _ string) { failing(c, ipmon.Filter("tcp port port")) },
	"not_a_capture":           func(string, string) { failing("Cargo.toml") },
	"throw_in_the_callback":   panicInTheLoop,
	"collector_stress":        collectorStress,
	"thousand_opens":          thousandOpens,
	"silent_stop":             silentStop,
	"wait_for_the_descriptor": waitForTheDescriptor,
	"exit_while_capturing":    exitWhileCapturing,
	"another_abi":             anotherABI,
}

// read takes packets until f returns false, and closes the monitor.
func read(capture string, f func(*ipmon.Monitor, *ipmon.Packet) bool) (count int) {
	m := must(ipmon.OpenFile(capture))
	defer m.Close()
	for p, err := range m.Packets(background) {
		if err != nil {
			fail("%v", err)
		}
		count++
		if !f(m, p) {
			break
		}
	}
	return count
}

func all(*ipmon.Monitor, *ipmon.Packet) bool { return true }

func stopInTheLoop(capture, _ string) {
	seen := 0
	count := read(capture, func(m *ipmon.Monitor, _ *ipmon.Packet) bool {
		if seen++; seen == 3 {
			m.Close()
		}
		return true
	})
	fmt.Fprintf(out, "{\"packets\":%d}\n", count)
}

func earlyBreak(capture, _ string) {
	left := 2
	first := read(capture, func(*ipmon.Monitor, *ipmon.Packet) bool {
		left--
		return left > 0
	})
	fmt.Fprintf(out, "{\"first\":%d,\"second\":%d}\n", first, read(capture, all))
}

func closeTwice(capture, _ string) {
	m := must(ipmon.OpenFile(capture))
	for range m.Packets(background) {
	}
	twice := m.Close() == nil && m.Close() == nil
	refused := false
	for p, err := range m.Packets(background) {
		refused = p == nil && errors.Is(err, ipmon.ErrClosed)
	}
	fmt.Fprintf(out, "{\"closed_twice\":%t,\"refused\":%t}\n", twice, refused)
}

// failing prints what keeps the file from being read.
func failing(path string, options ...ipmon.Option) {
	m, err := ipmon.OpenFile(path, options...)
	if err == nil {
		defer m.Close()
		for _, err = range m.Packets(background) {
		}
	}
	var e *ipmon.Error
	if !errors.As(err, &e) {
		fail("it is read: %v", err)
	}
	fmt.Fprintf(out, "{\"status\":\"%s\",\"text\":%s}\n", e.Status.Name(), quote(e.Text))
}

func panicInTheLoop(capture, _ string) {
	var thrown any
	func() {
		defer func() { thrown = recover() }()
		seen := 0
		read(capture, func(*ipmon.Monitor, *ipmon.Packet) bool {
			if seen++; seen == 2 {
				panic("mine")
			}
			return true
		})
	}()
	fmt.Fprintf(out, "{\"thrown\":\"%v\",\"second\":%d}\n", thrown, read(capture, all))
}

func collectorStress(capture, _ string) {
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				runtime.GC()
			}
		}
	}()
	var kept []*ipmon.Packet
	for range 10 {
		read(capture, func(_ *ipmon.Monitor, p *ipmon.Packet) bool {
			kept = append(kept, p.Clone())
			runtime.GC()
			return true
		})
	}
	close(stop)
	<-stopped
	h := fnv.New32a()
	for _, p := range kept {
		h.Write(p.Payload())
	}
	fmt.Fprintf(out, "{\"packets\":%d,\"payload\":\"%08x\"}\n", len(kept), h.Sum32())
}

func anotherABI(string, string) {
	_, err := ipmon.OpenFile("tests/data/sample.pcap")
	_, err2 := ipmon.Adapters()
	refused := errors.Is(err, ipmon.Unsupported) && errors.Is(err2, ipmon.Unsupported)
	fmt.Fprintf(out, "{\"refused\":%t}\n", refused)
	fmt.Fprintln(os.Stderr, err)
}
