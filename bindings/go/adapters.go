package ipmon

// #include <ipmon.h>
import "C"

import (
	"net"
	"net/netip"
	"unsafe"
)

// An Adapter is a network interface of this machine.
type Adapter struct {
	Name            string // for [Interface]
	Index           int
	Up              bool // it is up
	Running         bool // it has a link
	Loopback        bool
	Default         bool // what a live capture without [Interface] watches
	HardwareAddress net.HardwareAddr
	Addresses       []netip.Prefix // each with the length of its network
}

// Adapters lists the network interfaces, by index. It needs no privileges.
func Adapters() ([]Adapter, error) {
	if err := usable(); err != nil {
		return nil, err
	}
	adapters, err := list(func(out *C.ipmon_adapter, size, capacity C.size_t, count *C.size_t) C.ipmon_status {
		return C.ipmon_list_adapters(out, size, capacity, count)
	})
	if err != nil {
		return nil, err
	}
	addresses, err := list(func(out *C.ipmon_ip_address, size, capacity C.size_t, count *C.size_t) C.ipmon_status {
		return C.ipmon_list_ip_addresses(out, size, capacity, count)
	})
	if err != nil {
		return nil, err
	}
	of := map[C.uint32_t][]netip.Prefix{}
	for i := range addresses {
		a := &addresses[i]
		ip := address(uint8(a.ip_version), (*[16]byte)(unsafe.Pointer(&a.ip)))
		of[a.interface_index] = append(of[a.interface_index], netip.PrefixFrom(ip, int(a.prefix_length)))
	}
	all := make([]Adapter, len(adapters))
	for i := range adapters {
		a := &adapters[i]
		all[i] = Adapter{
			Name:      C.GoString(&a.name[0]),
			Index:     int(a.interface_index),
			Up:        a.flags&C.IPMON_ADAPTER_UP != 0,
			Running:   a.flags&C.IPMON_ADAPTER_RUNNING != 0,
			Loopback:  a.flags&C.IPMON_ADAPTER_LOOPBACK != 0,
			Default:   a.flags&C.IPMON_ADAPTER_DEFAULT != 0,
			Addresses: of[a.interface_index],
		}
		if n := a.hardware_address_length; n > 0 {
			all[i].HardwareAddress = C.GoBytes(unsafe.Pointer(&a.hardware_address), C.int(n))
		}
	}
	return all, nil
}

// list asks again while the list grows meanwhile.
func list[T any](ask func(out *T, size, capacity C.size_t, count *C.size_t) C.ipmon_status) ([]T, error) {
	for all := make([]T, 16); ; {
		var count C.size_t
		status := ask(&all[0], C.size_t(unsafe.Sizeof(all[0])), C.size_t(len(all)), &count)
		switch status {
		case C.IPMON_STATUS_OK:
			return all[:count], nil
		case C.IPMON_STATUS_BAD_SIZE:
			all = make([]T, count+4)
		default:
			return nil, &Error{Status(status), Status(status).Error()}
		}
	}
}
