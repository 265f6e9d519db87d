//! The callbacks are those of the readers in C, compiled by the same compiler.

fn main() {
    println!("cargo:rerun-if-changed=../readers/sums.c");
    println!("cargo:rerun-if-changed=../readers/sums.h");
    cc::Build::new().file("../readers/sums.c").opt_level(2).compile("sums");
}
