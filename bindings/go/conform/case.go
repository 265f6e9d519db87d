package main

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"iter"
	"reflect"
	"strings"

	"ipmon.example/ipmon"
)

var background = context.Background()

// packets is what the modes of a case have in common.
func packets(m *ipmon.Monitor, mode string) iter.Seq2[*ipmon.Event, error] {
	return func(yield func(*ipmon.Event, error) bool) {
		switch mode {
		case "pull":
			for p, err := range m.Packets(background) {
				if err != nil {
					yield(nil, err)
				} else if !yield(p.Event, nil) {
					return
				}
			}
		case "batches":
			for batch, err := range m.Batches(background) {
				if err != nil {
					yield(nil, err)
				}
				for i := range batch {
					if !yield(&batch[i], nil) {
						return
					}
				}
			}
		default:
			fail("no mode %q", mode)
		}
	}
}

func oneCase(mode, capture string, settings []string) {
	var notices []string
	options := []ipmon.Option{ipmon.OnNotice(func(n ipmon.Notice) {
		// Every run has that one.
		if n.Code != ipmon.Ended {
			notices = append(notices, fmt.Sprint(int(n.Code)))
		}
	})}
	for _, setting := range settings {
		switch name, value, _ := strings.Cut(setting, "="); {
		case name == "filter":
			options = append(options, ipmon.Filter(value))
		case setting == "file_access=1":
			options = append(options, ipmon.Map())
		case setting == "file_access=0":
		default:
			fail("no option %q", setting)
		}
	}
	status, text := "END", ""
	failed := func(err error) {
		var e *ipmon.Error
		if !errors.As(err, &e) {
			fail("%v", err)
		}
		status, text = e.Status.Name(), e.Text
	}
	var stats ipmon.Stats
	m, err := ipmon.OpenFile(capture, options...)
	if err != nil {
		failed(err)
	} else {
		for e, err := range packets(m, mode) {
			if err != nil {
				failed(err)
				break
			}
			printEvent(e)
		}
		m.Close()
		stats = m.Stats()
	}
	fmt.Fprintf(out, `{"status":"%s","text":%s,"notices":[%s],"stats":{`,
		status, quote(text), strings.Join(notices, ","))
	values := reflect.ValueOf(stats)
	for i, name := range counters {
		fmt.Fprintf(out, `"%s":%d,`, name, values.Field(i+2).Uint())
	}
	fmt.Fprintf(out, "\"bytes\":%d}}\n", stats.Bytes)
}

// In the order of the struct, behind its size and what is reserved.
var counters = []string{"received", "delivered", "not_ip", "unsupported", "truncated",
	"malformed_version", "malformed_header_length", "malformed_total_length",
	"malformed_short", "filtered", "paused", "discarded", "dropped"}

func printEvent(e *ipmon.Event) {
	fmt.Fprintf(out, `{"frame_number":%d,"timestamp":%d,"timestamp_ns":%d,"ip_version":%d,`,
		e.FrameNumber, e.Timestamp, e.TimestampNS, e.Version)
	fmt.Fprintf(out, `"source_address":"%v","source_port":%d,"destination_address":"%v","destination_port":%d,`,
		e.Source(), e.SourcePort, e.Destination(), e.DestinationPort)
	fmt.Fprintf(out, `"tos":%d,"id":%d,"flags":%d,"offset":%d,"ttl":%d,"checksum":%d,"ip_protocol":%d,`,
		e.TOS, e.ID, e.Flags, e.Offset, e.TTL, e.Checksum, e.Protocol)
	fmt.Fprintf(out, `"payload_length":%d,"payload_wire_length":%d,"ip_length":%d,"frame_length":%d,"frame_wire_length":%d,`,
		e.PayloadLength, e.PayloadWireLength, e.IPLength, e.FrameLength, e.FrameWireLength)
	fmt.Fprintf(out, `"link_type":%d,"interface_index":%d,"direction":%d,"notes":%d,`,
		e.LinkType, e.InterfaceIndex, e.Direction, e.Notes)
	fmt.Fprintf(out, "\"payload\":\"%08x\",\"ip\":\"%08x\",\"frame\":\"%08x\"}\n",
		hash(e.Payload()), hash(e.IP()), hash(e.Frame()))
}

func hash(bytes []byte) uint32 {
	h := fnv.New32a()
	h.Write(bytes)
	return h.Sum32()
}

func quote(text string) string {
	quoted := []byte{'"'}
	for _, c := range []byte(text) {
		switch {
		case c == '"' || c == '\\':
			quoted = append(quoted, '\\', c)
		case c < ' ':
			quoted = fmt.Appendf(quoted, `\u%04x`, c)
		default:
			quoted = append(quoted, c)
		}
	}
	return string(append(quoted, '"'))
}
