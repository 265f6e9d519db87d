package ipmon

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"
)

func TestClonesOutliveTheirMonitor(t *testing.T) {
	m := openSample(t)
	var clones []Packet
	var frames, ips, payloads [][]byte
	for p, err := range m.Packets(background) {
		if err != nil {
			t.Fatal(err)
		}
		clones = append(clones, *p.Clone().Clone())
		if clone := p.Clone(); &clone.Frame()[0] == &p.Frame()[0] || &clone.Clone().Frame()[0] == &clone.Frame()[0] {
			t.Fatal("a clone shares its bytes")
		}
		frames = append(frames, bytes.Clone(p.Frame()))
		ips = append(ips, bytes.Clone(p.IP()))
		payloads = append(payloads, bytes.Clone(p.Payload()))
	}
	m.Close()
	runtime.GC()
	for i := range clones {
		p := &clones[i]
		if !bytes.Equal(p.Frame(), frames[i]) || !bytes.Equal(p.IP(), ips[i]) ||
			!bytes.Equal(p.Payload(), payloads[i]) || p.Event.Payload() != nil || !p.Source().IsValid() {
			t.Fatalf("clone %d: %v", i, p)
		}
	}
}

func TestAKeptEventIsEmptyOnceItsMonitorIsClosed(t *testing.T) {
	m := openSample(t)
	var kept *Packet
	for p := range m.Packets(background) {
		kept = p
	}
	m.Close()
	if len(kept.Payload()) != 0 || len(kept.Frame()) != 0 || kept.TTL != 0 {
		t.Errorf("%+v", *kept.Event)
	}
}

func TestCloseWithinTheLoopEndsIt(t *testing.T) {
	m := openSample(t)
	n := 0
	for p, err := range m.Packets(background) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n == 3 {
			if err := m.Close(); err != nil {
				t.Fatal(err)
			}
			if len(p.Frame()) == 0 {
				t.Error("what the body has borrowed is gone")
			}
		}
	}
	if n != 3 {
		t.Errorf("%d packets", n)
	}
	if m.handle != nil {
		t.Error("it was not freed")
	}
}

func TestAClosedMonitorRefuses(t *testing.T) {
	m := openSample(t)
	if m.Close() != nil || m.Close() != nil {
		t.Error("Close, again")
	}
	steps := 0
	for p, err := range m.Packets(background) {
		if steps++; p != nil || err != ErrClosed || !errors.Is(err, fs.ErrClosed) || !errors.Is(err, BadHandle) {
			t.Errorf("%v, %v", p, err)
		}
	}
	for batch, err := range m.Batches(background) {
		if steps++; batch != nil || err != ErrClosed {
			t.Errorf("%v, %v", batch, err)
		}
	}
	if steps != 2 || m.Accept(true) != ErrClosed {
		t.Error("used though closed")
	}
}

func TestCloseFromEverySideAtOnce(t *testing.T) {
	for range 200 {
		m, err := OpenFile(sample)
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for range 4 {
			all.Add(1)
			go func() {
				defer all.Done()
				m.Stats()
				m.Accept(true)
				m.Close()
			}()
		}
		total := 0
		for p, err := range m.Packets(background) {
			if err == nil {
				total += len(p.Payload())
			} else if err != ErrClosed {
				t.Error(err)
			}
		}
		all.Wait()
		if m.Close(); m.handle != nil {
			t.Fatal("it was not freed")
		}
	}
}

func TestAForgottenMonitorIsClosed(t *testing.T) {
	descriptors := func() int {
		all, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skip(err)
		}
		return len(all)
	}
	before := descriptors()
	for range 50 {
		if m, err := OpenFile(sample); err != nil || count(t, m, 1) != 1 {
			t.Fatal(err)
		}
	}
	for range 100 {
		runtime.GC()
		if time.Sleep(10 * time.Millisecond); descriptors() <= before {
			return
		}
	}
	t.Errorf("%d descriptors, %d before", descriptors(), before)
}
