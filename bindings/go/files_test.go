package ipmon

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

const (
	sample        = "../../tests/data/sample.pcap"
	samplePackets = 96
)

var background = context.Background()

func openSample(t *testing.T, options ...Option) *Monitor {
	t.Helper()
	m, err := OpenFile(sample, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

// count takes packets until most were taken, or all.
func count(t *testing.T, m *Monitor, most int) (n int) {
	t.Helper()
	for p, err := range m.Packets(background) {
		if err != nil || p == nil {
			t.Fatalf("packet %v, error %v", p, err)
		}
		if n++; n == most {
			break
		}
	}
	return n
}

func TestEveryPacketOfAFileIsThereAndCounted(t *testing.T) {
	m := openSample(t)
	if n := count(t, m, -1); n != samplePackets {
		t.Errorf("%d packets", n)
	}
	if n := count(t, m, -1); n != 0 {
		t.Errorf("%d packets behind the end", n)
	}
	s := m.Stats()
	if s.Delivered != samplePackets || s.Received != s.Delivered+s.NotIP || s.Bytes == 0 {
		t.Errorf("%+v", s)
	}
	m.Close()
	if m.Stats() != s {
		t.Errorf("closed: %+v", m.Stats())
	}
}

func TestAPacketHasItsFields(t *testing.T) {
	m := openSample(t, Filter("ip and udp"))
	for p, err := range m.Packets(background) {
		if err != nil {
			t.Fatal(err)
		}
		frame, ip, payload := p.Frame(), p.IP(), p.Payload()
		if p.Version != 4 || p.Protocol != 17 || p.SourcePort == 0 || p.Source() == p.Destination() ||
			p.Source() != netip.AddrFrom4([4]byte(ip[12:16])) || p.Notes&Fragment != 0 ||
			p.Time().UnixMicro() != p.Timestamp || p.Time().Year() < 2020 {
			t.Errorf("%v: %+v", p, *p.Event)
		}
		if len(frame) != int(p.FrameLength) || len(ip) != int(p.IPLength) ||
			len(payload) != int(p.PayloadLength) || !bytes.HasSuffix(ip, payload) ||
			!bytes.Contains(frame, ip) {
			t.Error("bytes do not lie within each other")
		}
		break
	}
}

func TestALoopThatIsLeftLosesNothing(t *testing.T) {
	m := openSample(t)
	if n := count(t, m, 2) + count(t, m, 1) + count(t, m, -1); n != samplePackets {
		t.Errorf("%d packets", n)
	}
}

func TestBatchesHoldWhatPacketsGive(t *testing.T) {
	m, batches := openSample(t), openSample(t, Map())
	var all []Event
	var payload []byte
	for batch, err := range batches.Batches(background) {
		if err != nil {
			t.Fatal(err)
		}
		for i := range batch {
			all = append(all, batch[i])
			payload = append(payload, batch[i].Payload()...)
		}
	}
	next := 0
	for p, err := range m.Packets(background) {
		if err != nil || next == len(all) {
			t.Fatalf("%d events in batches, %v", len(all), err)
		}
		e := &all[next]
		if e.FrameNumber != p.FrameNumber || e.SourceIP != p.SourceIP || e.TimestampNS != p.TimestampNS ||
			!bytes.HasPrefix(payload, p.Payload()) {
			t.Fatalf("%v, %v", e, p)
		}
		payload = payload[p.PayloadLength:]
		next++
	}
	if next != samplePackets || len(payload) > 0 {
		t.Errorf("%d packets, %d bytes left", next, len(payload))
	}
}

func TestOneLoopAtATime(t *testing.T) {
	m := openSample(t)
	n := 0
	for _, err := range m.Packets(background) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n == 2 {
			for p, err := range m.Packets(background) {
				if p != nil || !errors.Is(err, Busy) {
					t.Errorf("%v, %v", p, err)
				}
			}
		}
	}
	if n != samplePackets {
		t.Errorf("%d packets", n)
	}
}

func TestAPanicInTheLoopLeavesTheMonitorUsable(t *testing.T) {
	m := openSample(t)
	func() {
		defer func() {
			if r := recover(); r != "mine" {
				t.Errorf("recovered %v", r)
			}
		}()
		for range m.Packets(background) {
			panic("mine")
		}
	}()
	if n := count(t, m, -1); n != samplePackets-1 {
		t.Errorf("%d packets", n)
	}
}

func TestTheContextEndsTheLoopWithItsError(t *testing.T) {
	m := openSample(t)
	ctx, cancel := context.WithCancel(background)
	defer cancel()
	n, last := 0, error(nil)
	for _, err := range m.Packets(ctx) {
		if n++; n == 3 {
			cancel()
		}
		last = err
	}
	if n != 4 || last != context.Canceled {
		t.Errorf("%d steps, %v", n, last)
	}
	for p, err := range m.Packets(ctx) {
		if n++; p != nil || err != context.Canceled {
			t.Errorf("%v, %v", p, err)
		}
	}
	if n += count(t, m, -1); n != 3+1+1+samplePackets-3 {
		t.Errorf("%d steps", n)
	}
}

func TestFailuresSayWhatHappened(t *testing.T) {
	for _, c := range []struct {
		path   string
		option Option
		is     []error
	}{
		{"no/such/file", nil, []error{NotFound, fs.ErrNotExist}},
		{"a\x00b", nil, []error{BadArgument}},
		{sample, Filter("tcp port port"), []error{BadFilter}},
		{sample, Filter("tcp\x00"), []error{BadArgument}},
		{sample, BufferSize(-1), []error{BadArgument}},
		{sample, SnapLength(1 << 40), []error{BadArgument}},
		{sample, Latency(time.Second), []error{BadArgument}},
		{sample, Only(7), []error{BadArgument}},
		{"../../Cargo.toml", nil, []error{NotACapture}},
	} {
		var options []Option
		if c.option != nil {
			options = append(options, c.option)
		}
		m, err := OpenFile(c.path, options...)
		if err == nil {
			for _, err = range m.Packets(background) {
			}
			m.Close()
		}
		var e *Error
		if !errors.As(err, &e) || len(e.Text) < 10 || errors.Is(err, fs.ErrClosed) || errors.Is(err, Busy) {
			t.Errorf("%q: %v", c.path, err)
		}
		for _, is := range c.is {
			if !errors.Is(err, is) {
				t.Errorf("%q: %v is not %v", c.path, err, is)
			}
		}
	}
}

func TestEveryStatusHasItsName(t *testing.T) {
	if OK.Name() != "OK" || End.Name() != "END" || NotACapture.Name() != "NOT_A_CAPTURE" ||
		System.Name() != "SYSTEM" || Status(-99).Name() != "-99" || Status(3).Name() != "3" {
		t.Error("names are not in the order of numbers")
	}
	if End.Error() == "" || Version() == "" {
		t.Error("no text")
	}
}

func TestNoticesComeInTheLoop(t *testing.T) {
	var m *Monitor
	var codes []NoticeCode
	m = openSample(t, OnNotice(func(n Notice) {
		codes = append(codes, n.Code)
		m.Stats()
		m.Close() // While the loop goes on: it is only said.
	}))
	count(t, m, -1)
	if len(codes) != 1 || codes[0] != Ended || m.handle != nil {
		t.Errorf("%v", codes)
	}
}

func TestAPanicInANoticeComesOutOfTheLoop(t *testing.T) {
	m := openSample(t, OnNotice(func(Notice) { panic("mine") }))
	defer func() {
		if r := recover(); r != "mine" || m.Close() != nil || m.handle != nil {
			t.Errorf("recovered %v", r)
		}
	}()
	count(t, m, -1)
}

func TestDeliveryPausesAndResumes(t *testing.T) {
	m := openSample(t)
	if m.Accept(false) != nil || count(t, m, -1) != 0 || m.Stats().Paused != samplePackets {
		t.Errorf("%+v", m.Stats())
	}
}

func TestAFIFOIsWaitedFor(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	writer, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	data, err := os.ReadFile(sample)
	if err != nil {
		t.Fatal(err)
	}
	m, err := OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if _, err := writer.Write(data[:len(data)/2]); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(background, 200*time.Millisecond)
	defer cancel()
	start, first, ended := time.Now(), 0, error(nil)
	for _, err := range m.Packets(ctx) {
		if ended = err; err == nil {
			first++
		}
	}
	if ended != context.DeadlineExceeded || first == 0 || time.Since(start) < 150*time.Millisecond {
		t.Errorf("%d packets, %v, %v", first, ended, time.Since(start))
	}
	time.AfterFunc(50*time.Millisecond, func() { writer.Write(data[len(data)/2:]) })
	if second := count(t, m, samplePackets-first); first+second != samplePackets {
		t.Errorf("%d and %d packets", first, second)
	}
}
