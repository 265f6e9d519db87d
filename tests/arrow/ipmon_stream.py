"""A capture file as an object with __arrow_c_stream__, by ctypes alone."""

import ctypes
import os

LIBRARY = ctypes.CDLL(os.environ.get("IPMON_LIBRARY", "target/release/libipmon.so"))
LIBRARY.ipmon_new.restype = ctypes.c_void_p
for name in ("ipmon_free", "ipmon_open_pcap_file", "ipmon_arrow_stream", "ipmon_last_error"):
    getattr(LIBRARY, name).restype = ctypes.c_int32

# IPMON_COLUMN_ bits, in the order of the columns.
COLUMNS = """frame_number timestamp interface_index direction link_type frame_length
frame_wire_length ip_version source_address source_port destination_address destination_port
tos id flags offset ttl checksum ip_protocol ip_length payload_length payload_wire_length
notes source_ip destination_ip payload ip frame""".split()
ALL = (1 << len(COLUMNS)) - 1


class ArrowArrayStream(ctypes.Structure):
    _fields_ = [("get_schema", ctypes.c_void_p), ("get_next", ctypes.c_void_p),
                ("get_last_error", ctypes.c_void_p),
                ("release", ctypes.CFUNCTYPE(None, ctypes.c_void_p)),
                ("private_data", ctypes.c_void_p)]


new_capsule = ctypes.pythonapi.PyCapsule_New
new_capsule.restype = ctypes.py_object
new_capsule.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
# By its address: a capsule that is being destroyed must not be referred to.
capsule_pointer = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p)(
    ("PyCapsule_GetPointer", ctypes.pythonapi))


@ctypes.CFUNCTYPE(None, ctypes.c_void_p)
def end_capsule(capsule):
    """Releases a stream that no consumer took, and the struct that held it."""
    stream = ArrowArrayStream.from_address(capsule_pointer(capsule, b"arrow_array_stream"))
    if stream.release:
        stream.release(ctypes.addressof(stream))
    KEPT.pop(ctypes.addressof(stream))


# The structs that capsules lead to.
KEPT = {}


class Capture:
    """The packets of a file."""

    def __init__(self, path, columns=0, rows=0):
        self.path, self.columns, self.rows = os.fsencode(path), columns, rows
        self.monitor = ctypes.c_void_p(LIBRARY.ipmon_new())
        self.must("ipmon_open_pcap_file", self.path)

    def must(self, name, *arguments):
        status = getattr(LIBRARY, name)(self.monitor, *arguments)
        if status:
            text = ctypes.create_string_buffer(1000)
            LIBRARY.ipmon_last_error(self.monitor, text, ctypes.c_size_t(1000), None)
            raise OSError(f"{name}: {status}: {text.value.decode()}")

    def __arrow_c_stream__(self, requested_schema=None):
        stream = ArrowArrayStream()
        self.must("ipmon_arrow_stream", ctypes.c_size_t(self.rows),
                  ctypes.c_uint32(self.columns), ctypes.byref(stream))
        KEPT[ctypes.addressof(stream)] = stream
        return new_capsule(ctypes.addressof(stream), b"arrow_array_stream",
                           ctypes.cast(end_capsule, ctypes.c_void_p))

    def __del__(self):
        LIBRARY.ipmon_free(self.monitor)
