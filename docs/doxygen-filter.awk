#!/usr/bin/awk -f
# The comment at the header's top describes the file, and keeps its lines as they are; short
# comments in front of macros describe them.
NR == 1 { print "/** \\file"; print "\\verbatim"; top = 1; next }
top && /^ \*\/$/ { print "\\endverbatim"; print "*/"; top = 0; next }
top { sub(/^ \* ?/, ""); print; next }
/^\/\* (The version of this header|Whether the library that filled)/ { sub(/^\/\*/, "/**") }
/^#define IPMON_VERSION_(MAJOR|MINOR|PATCH) / { print $0 " /**< Its part of the version. */"; next }
{ print }
