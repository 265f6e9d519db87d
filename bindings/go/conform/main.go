// Conform does what conformance/README.md asks of every language.
package main

import (
	"bufio"
	"fmt"
	"os"

	"ipmon.example/ipmon"
)

var out = bufio.NewWriterSize(os.Stdout, 1<<16)

func main() {
	args := append(os.Args[1:], "", "", "")
	switch args[0] {
	case "case":
		oneCase(args[1], args[2], os.Args[4:])
	case "behaviour":
		behave, there := behaviours[args[1]]
		if !there {
			fail("no behaviour %q", args[1])
		}
		behave(args[2], args[3])
	case "layout":
		fmt.Fprintln(out, ipmon.Layout())
	case "sum":
		sum(args[1], args[2])
	default:
		fail("usage: conform case|behaviour|layout|sum ARGUMENTS")
	}
	out.Flush()
}

func fail(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "conform: "+format+"\n", args...)
	os.Exit(1)
}

func must[T any](value T, err error) T {
	if err != nil {
		fail("%v", err)
	}
	return value
}
