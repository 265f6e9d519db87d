//go:build !ipmon_static && !ipmon_checkout

package ipmon

// #cgo pkg-config: ipmon
import "C"
