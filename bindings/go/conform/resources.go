package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"ipmon.example/ipmon"
)

// thousandOpens stays on one thread: the C allocator keeps some memory for each thread that
// it was ever called on, which would hide what is lost.
func thousandOpens(capture, _ string) {
	runtime.LockOSThread()
	// open opens a number of times, and tells the most that was resident after one of
	// the last ten: freed memory stays resident or not as the C allocator likes.
	open := func(times int) (resident int) {
		for left := times - 1; left >= 0; left-- {
			read(capture, func(*ipmon.Monitor, *ipmon.Packet) bool { return false })
			debug.FreeOSMemory() // Or the heap first grows to where it is collected.
			if left < 10 {
				resident = max(resident, residentKiB())
			}
		}
		return resident
	}
	threadsToSpare()
	resident := open(100) // After ten the C allocator has not yet all that it keeps.
	descriptors, threads := entries("fd"), entries("task")
	grown := open(1000) - resident
	fmt.Fprintf(os.Stderr, "%d KiB more\n", grown)
	fmt.Fprintf(out, "{\"descriptors\":%d,\"threads\":%d,\"flat\":%t}\n",
		entries("fd")-descriptors, entries("task")-threads, grown < 1024)
}

// threadsToSpare has the runtime start more threads than it needs: it never ends one, and
// starts one when the collector happens to run beside a call into C.
func threadsToSpare() {
	var busy sync.WaitGroup
	for range 8 {
		busy.Add(1)
		go func() {
			defer busy.Done()
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			time.Sleep(10 * time.Millisecond)
		}()
	}
	busy.Wait()
}

func entries(of string) int { return len(must(os.ReadDir("/proc/self/" + of))) }

func residentKiB() int {
	for _, line := range strings.Split(string(must(os.ReadFile("/proc/self/status"))), "\n") {
		if value, is := strings.CutPrefix(line, "VmRSS:"); is {
			return must(strconv.Atoi(strings.Fields(value)[0]))
		}
	}
	fail("no VmRSS")
	return 0
}
