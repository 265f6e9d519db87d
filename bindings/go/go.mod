module ipmon.example/ipmon

go 1.23
