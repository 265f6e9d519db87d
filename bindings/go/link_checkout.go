//go:build ipmon_checkout

package ipmon

// Against what `make build` made in this checkout, without an install.

// #cgo CFLAGS: -I${SRCDIR}/../../include
// #cgo !ipmon_static LDFLAGS: -L${SRCDIR}/../../target/release -lipmon -Wl,-rpath,${SRCDIR}/../../target/release
// #cgo ipmon_static LDFLAGS: ${SRCDIR}/../../target/release/libipmon.a -lgcc_s -lutil -lrt -lpthread -lm -ldl
import "C"
