//go:build ipmon_conform

package ipmon

// #include <ipmon.h>
import "C"

import (
	"fmt"
	"reflect"
	"strings"
)

// Layout is the structs of the header as cgo sees them, for the program conform.
func Layout() string {
	var structs []string
	for _, t := range []struct {
		name string
		of   reflect.Type
	}{
		{"ipmon_packet", reflect.TypeOf(C.ipmon_packet{})},
		{"ipmon_error", reflect.TypeOf(C.ipmon_error{})},
		{"ipmon_notice", reflect.TypeOf(C.ipmon_notice{})},
		{"ipmon_stats", reflect.TypeOf(C.ipmon_stats{})},
	} {
		var fields []string
		for i := range t.of.NumField() {
			if f := t.of.Field(i); f.Name != "_" {
				fields = append(fields, fmt.Sprintf("%q:[%d,%d]", f.Name, f.Offset, f.Type.Size()))
			}
		}
		structs = append(structs, fmt.Sprintf(`%q:{"size":%d,"fields":{%s}}`,
			t.name, t.of.Size(), strings.Join(fields, ",")))
	}
	return "{" + strings.Join(structs, ",") + "}"
}
