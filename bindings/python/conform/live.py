"""conform behaviour: with an interface."""

import asyncio
import sys
import threading
import time

import ipmon


def silent_stop(interface):
    """Loops that wait in this thread, and tasks that wait in an event loop, in turn."""
    slowest = 0.0
    for number in range(20):
        wait = in_a_task if number % 2 else in_a_loop
        slowest = max(slowest, wait(interface))
    milliseconds = slowest * 1000
    print(f"{milliseconds:.3f}", file=sys.stderr)
    within = "true" if milliseconds <= 50 else "false"
    print(f'{{"stops":20,"within_50_ms":{within}}}')


def in_a_loop(interface):
    monitor = ipmon.open_live(interface)
    began = []

    def stop():
        began.append(time.monotonic())
        monitor.close()

    timer = threading.Timer(0.1, stop)
    timer.start()
    for _ in monitor:
        pass
    timer.join()
    return time.monotonic() - began[0]


def in_a_task(interface):
    async def main():
        began = 0.0
        monitor = ipmon.open_live(interface)

        def stop():
            nonlocal began
            began = time.monotonic()
            monitor.close()

        asyncio.get_running_loop().call_later(0.1, stop)
        async for _ in monitor:
            pass
        return time.monotonic() - began

    return asyncio.run(main())


def wait_for_the_descriptor(interface, count):
    async def main(wanted):
        packets = 0
        with ipmon.open_live(interface) as monitor:
            print("ready", flush=True)
            async for _ in monitor:
                packets += 1
                if packets == wanted:
                    break
        print(f'{{"packets":{packets}}}')

    asyncio.run(main(int(count)))


def exit_while_capturing(interface):
    monitor = ipmon.open_live(interface)
    packets = 0
    for _ in monitor:
        packets += 1
        if packets == 10:
            sys.exit(7)


BEHAVIOURS = {f.__name__: f for f in (silent_stop, wait_for_the_descriptor, exit_while_capturing)}
