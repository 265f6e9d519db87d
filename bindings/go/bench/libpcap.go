//go:build libpcap

package main

import "github.com/gopacket/gopacket/pcap"

func init() { readers["libpcap"] = byLibpcap }

// byLibpcap reads with gopacket's handle on libpcap.
func byLibpcap(path string, s *sums) error {
	handle, err := pcap.OpenOffline(path)
	if err != nil {
		return err
	}
	defer handle.Close()
	return decode(handle, s)
}
