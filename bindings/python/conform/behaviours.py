"""conform behaviour: with files; live.py has those with an interface."""

import os
import sys

from lines import fnv1a, status_and_text


class Mine(Exception):
    pass


def stop_in_the_callback(capture):
    packets = 0
    with ipmon.open(capture) as monitor:
        for _ in monitor:
            packets += 1
            if packets == 3:
                monitor.close()
    print(f'{{"packets":{packets}}}')


def early_break(capture):
    first = 0
    with ipmon.open(capture) as monitor:
        for _ in monitor:
            first += 1
            if first == 2:
                break
    with ipmon.open(capture) as monitor:
        second = sum(1 for _ in monitor)
    print(f'{{"first":{first},"second":{second}}}')


def close_twice(capture):
    monitor = ipmon.open(capture)
    for _ in monitor:
        pass
    monitor.close()
    monitor.close()
    refused = False
    try:
        iter(monitor)
    except ipmon.ClosedError:
        refused = True
    print(f'{{"closed_twice":{boolean(monitor.closed)},"refused":{boolean(refused)}}}')


def failure(capture, **options):
    try:
        with ipmon.open(capture, **options) as monitor:
            for _ in monitor:
                pass
        status, text = "END", ""
    except ipmon.IpmonError as error:
        status, text = error.status, error.text
    print(f"{{{status_and_text(status, text)}}}")


def missing_file():
    failure("no/such/file.pcap")


def bad_filter(capture):
    failure(capture, filter="tcp port port")


def not_a_capture():
    failure("Cargo.toml")


def throw_in_the_callback(capture):
    thrown = None
    try:
        with ipmon.open(capture) as monitor:
            for number, _ in enumerate(monitor, 1):
                if number == 2:
                    raise Mine("mine")
    except Mine as mine:
        thrown = str(mine)
    with ipmon.open(capture) as monitor:
        second = sum(1 for _ in monitor)
    print(f'{{"thrown":"{thrown}","second":{second}}}')


def collector_stress(capture):
    import gc

    gc.set_threshold(1, 1, 1)
    kept = []
    for _ in range(10):
        with ipmon.open(capture, on_notice=lambda n: gc.collect()) as monitor:
            for packet in monitor:
                kept.append(packet.payload)
                gc.collect()
    so_far = fnv1a(b"")
    for payload in kept:
        so_far = fnv1a(payload, so_far)
    print(f'{{"packets":{len(kept)},"payload":"{so_far:08x}"}}')


def count_of(folder):
    return len(os.listdir(folder))


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def open_and_close(capture):
    with ipmon.open(capture) as monitor:
        next(iter(monitor))


def thousand_opens(capture):
    for _ in range(10):
        open_and_close(capture)
    folders = "/proc/self/fd", "/proc/self/task"
    before = [count_of(folder) for folder in folders]
    memory = resident()
    for _ in range(1000):
        open_and_close(capture)
    more = resident() - memory
    descriptors, threads = (count_of(f) - b for f, b in zip(folders, before))
    print(
        f'{{"descriptors":{descriptors},"threads":{threads},"flat":{boolean(more < 1 << 20)}}}'
    )


def boolean(value):
    return "true" if value else "false"


BEHAVIOURS = {
    f.__name__: f
    for f in (stop_in_the_callback, early_break, close_twice, missing_file, bad_filter,
              not_a_capture, throw_in_the_callback, collector_stress, thousand_opens)
}


def behaviour(name, *arguments):
    global ipmon
    if name == "another_abi" and not arguments:
        refused = False
        try:
            import ipmon
        except ImportError:
            refused = True
        print(f'{{"refused":{boolean(refused)}}}')
        return 0
    import ipmon

    import live

    does = BEHAVIOURS.get(name) or live.BEHAVIOURS.get(name)
    if does is None or len(arguments) != does.__code__.co_argcount:
        return None
    try:
        return does(*arguments) or 0
    except ipmon.IpmonError as error:
        print(f"conform: {error}", file=sys.stderr)
        return 1
