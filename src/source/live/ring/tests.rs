use super::*;

#[test]
fn a_ring_has_many_blocks_that_hold_a_frame() {
    assert_eq!(sizes(32 << 20, LARGEST_FRAME).next(), Some((256 << 10, 128)));
    assert_eq!(sizes(256 << 20, LARGEST_FRAME).next(), Some((1 << 20, 256)));
    assert_eq!(sizes(2 << 20, LARGEST_FRAME).next(), Some((128 << 10, 16)));
    assert_eq!(sizes(1 << 20, LARGEST_FRAME).next(), Some((128 << 10, 8)));
    assert_eq!(sizes(2 << 20, 128 + IN_FRONT).next(), Some((64 << 10, 32)));
}

#[test]
fn without_memory_there_are_fewer_blocks_and_then_smaller_ones() {
    let all: Vec<_> = sizes(32 << 20, LARGEST_FRAME).collect();
    let fewer = [128, 64, 32, 16, 8, 4, 2].map(|count| (256 << 10, count));
    assert_eq!(all, [&fewer[..], &[(128 << 10, 2)]].concat());
    for buffer in [1 << 20, 3 << 20, 33 << 20, i32::MAX as u32] {
        for frame in [1, 128, LARGEST_FRAME] {
            for (size, count) in sizes(buffer, frame) {
                assert!(size >= frame && count >= 2 && size.is_power_of_two());
                assert!(size <= LARGEST_BLOCK);
            }
        }
    }
}
