package ipmon

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"testing"
	"time"
)

// silent is an interface on which nothing happens but by these tests: the loopback
// interface of a network namespace that was made for them.
func silent(t *testing.T) string {
	t.Helper()
	name := os.Getenv("IPMON_TEST_SILENT")
	if name == "" {
		t.Skip("IPMON_TEST_SILENT names no silent loopback interface")
	}
	return name
}

func openSilent(t *testing.T, options ...Option) *Monitor {
	t.Helper()
	m, err := OpenLive(append(options, Interface(silent(t)), BufferSize(1<<20))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

// sender sends a datagram on the loopback interface whenever it is called.
func sender(t *testing.T) func() {
	t.Helper()
	to, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { to.Close() })
	return func() { to.WriteToUDP([]byte("twelve bytes"), to.LocalAddr().(*net.UDPAddr)) }
}

func TestWhatIsSentIsCaptured(t *testing.T) {
	m, send := openSilent(t), sender(t)
	time.AfterFunc(50*time.Millisecond, func() {
		for range 10 {
			send()
			time.Sleep(5 * time.Millisecond)
		}
	})
	seen := 0
	for p, err := range m.Packets(background) {
		if err != nil {
			t.Fatal(err)
		}
		if string(p.Payload()[8:]) != "twelve bytes" || p.Source() != netip.MustParseAddr("127.0.0.1") ||
			time.Since(p.Time()).Abs() > time.Minute {
			t.Errorf("%v", p)
		}
		if seen++; seen == 10 {
			break
		}
	}
	m.Close()
	if s := m.Stats(); s.Received != 10 || s.Delivered != 10 {
		t.Errorf("%+v", s)
	}
}

func TestWhateverEndsTheWaitingEndsItAtOnce(t *testing.T) {
	for name, end := range map[string]func(*Monitor, context.CancelFunc){
		"Close":   func(m *Monitor, _ context.CancelFunc) { m.Close() },
		"context": func(_ *Monitor, cancel context.CancelFunc) { cancel() },
	} {
		for range 5 {
			m := openSilent(t)
			ctx, cancel := context.WithCancel(background)
			var ended time.Time
			time.AfterFunc(20*time.Millisecond, func() {
				ended = time.Now()
				end(m, cancel)
			})
			var last error
			for _, err := range m.Packets(ctx) {
				last = err
			}
			if took := time.Since(ended); took > 50*time.Millisecond {
				t.Errorf("%s: %v", name, took)
			}
			if canceled := errors.Is(last, context.Canceled); canceled != (name == "context") {
				t.Errorf("%s: %v", name, last)
			}
			cancel()
			m.Close()
		}
	}
}

func TestAContextThatEndedSpoilsNoLaterLoop(t *testing.T) {
	m, send := openSilent(t), sender(t)
	for range 20 {
		ctx, cancel := context.WithTimeout(background, time.Millisecond)
		for _, err := range m.Packets(ctx) {
			if err != context.DeadlineExceeded {
				t.Fatal(err)
			}
		}
		cancel()
	}
	send()
	if n := count(t, m, 1); n != 1 {
		t.Errorf("%d packets", n)
	}
}

func TestWaitingHoldsNoThread(t *testing.T) {
	const monitors = 40
	threads := func() int {
		all, err := os.ReadDir("/proc/self/task")
		if err != nil {
			t.Skip(err)
		}
		return len(all)
	}
	var all []*Monitor
	for range monitors {
		all = append(all, openSilent(t))
	}
	before := threads()
	var loops sync.WaitGroup
	for _, m := range all {
		loops.Add(1)
		go func() {
			defer loops.Done()
			for _, err := range m.Packets(background) {
				t.Error("a packet, or", err)
			}
		}()
	}
	time.Sleep(200 * time.Millisecond)
	if more := threads() - before; more > monitors/4 {
		t.Errorf("%d loops that wait hold %d threads", monitors, more)
	}
	for _, m := range all {
		m.Close()
	}
	loops.Wait()
}

func TestCloseTakesNothingFromARunningBody(t *testing.T) {
	send := sender(t)
	for range 10 {
		m := openSilent(t)
		stop := make(chan struct{})
		var sends sync.WaitGroup
		sends.Add(1)
		go func() {
			defer sends.Done()
			for range 100_000 {
				select {
				case <-stop:
					return
				default:
					send()
				}
			}
		}()
		closed := make(chan struct{})
		time.AfterFunc(20*time.Millisecond, func() {
			m.Close()
			close(closed)
		})
		for p, err := range m.Packets(background) {
			if err != nil {
				t.Error(err)
			} else if got := p.Payload(); string(got[8:]) != "twelve bytes" {
				t.Errorf("%q", got)
			}
		}
		close(stop)
		sends.Wait()
		<-closed // It is Close that frees it, where the loop was waiting.
		if m.handle != nil {
			t.Fatal("it was not freed")
		}
		s := m.Stats()
		if s.Received != s.Delivered+s.Discarded+s.Dropped {
			t.Errorf("%+v", s)
		}
	}
}

func TestNoSuchInterface(t *testing.T) {
	silent(t)
	if _, err := OpenLive(Interface("nosuch0")); !errors.Is(err, NoDevice) {
		t.Error(err)
	}
	if err := CheckAccess(Interface("nosuch0")); !errors.Is(err, NoDevice) {
		t.Error(err)
	}
}

func TestAccessIsChecked(t *testing.T) {
	if err := CheckAccess(Interface(silent(t)), Latency(0), Promiscuous(false)); err != nil {
		t.Error(err)
	}
}

func TestAdaptersAreListed(t *testing.T) {
	adapters, err := Adapters()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(adapters, func(a Adapter) bool { return a.Loopback })
	if i < 0 || adapters[i].Name == "" || adapters[i].Index == 0 {
		t.Fatalf("%+v", adapters)
	}
	if a := adapters[i]; a.Up && !slices.Contains(a.Addresses, netip.MustParsePrefix("127.0.0.1/8")) {
		t.Errorf("%+v", a)
	}
}
