use super::*;

#[test]
fn a_ring_has_blocks_of_a_mebibyte() {
    assert_eq!(sizes(32 << 20, 262_144 + IN_FRONT).next(), Some((1 << 20, 32)));
    assert_eq!(sizes(8 << 20, 128).next(), Some((1 << 20, 8)));
}

#[test]
fn a_small_ring_has_smaller_blocks_that_hold_a_frame() {
    assert_eq!(sizes(2 << 20, 262_144 + IN_FRONT).next(), Some((512 << 10, 4)));
    assert_eq!(sizes(1 << 20, 262_144 + IN_FRONT).next(), Some((512 << 10, 2)));
    assert_eq!(sizes(1 << 20, 128).next(), Some((128 << 10, 8)));
}

#[test]
fn without_memory_there_are_fewer_blocks_and_then_smaller_ones() {
    let all: Vec<_> = sizes(8 << 20, 262_144 + IN_FRONT).collect();
    assert_eq!(all, [(1 << 20, 8), (1 << 20, 4), (1 << 20, 2), (512 << 10, 2)]);
    for buffer in [1 << 20, 3 << 20, 33 << 20, i32::MAX as u32] {
        for frame in [1, 128, 65_536, 262_144 + IN_FRONT] {
            for (size, count) in sizes(buffer, frame) {
                assert!(size >= frame && count >= 2 && size.is_power_of_two());
                assert!(size <= LARGEST_BLOCK);
            }
        }
    }
}
