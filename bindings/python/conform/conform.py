"""What conformance/README.md asks of every language, in Python's idiom."""

import sys


def usage():
    print("usage: conform case|behaviour|layout|sum ...; see conformance/README.md",
          file=sys.stderr)
    return 2


def layout():
    import ctypes

    from ipmon import _structs

    structs = []
    for name in ("ipmon_packet", "ipmon_error", "ipmon_notice", "ipmon_stats"):
        struct = getattr(_structs, name)
        fields = ",".join(
            f'"{field}":[{getattr(struct, field).offset},{getattr(struct, field).size}]'
            for field, *_ in struct._fields_
        )
        structs.append(f'"{name}":{{"size":{ctypes.sizeof(struct)},"fields":{{{fields}}}}}')
    print(f"{{{','.join(structs)}}}")
    return 0


def main(arguments):
    if arguments == ["layout"]:
        return layout()
    if len(arguments) >= 3 and arguments[0] == "case":
        from case import case

        return case(*arguments[1:])
    if len(arguments) == 3 and arguments[0] == "sum":
        from sums import sum_of

        return sum_of(*arguments[1:])
    if len(arguments) >= 2 and arguments[0] == "behaviour":
        from behaviours import behaviour

        return behaviour(*arguments[1:])
    return None


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.exit(usage() if code is None else code)
