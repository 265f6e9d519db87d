//go:build ipmon_static && !ipmon_checkout

package ipmon

// The archive comes first and has every symbol, so that the shared library, which
// pkg-config names behind it, is not needed.

// #cgo pkg-config: --static ipmon
// #cgo LDFLAGS: -Wl,--as-needed -l:libipmon.a
import "C"
