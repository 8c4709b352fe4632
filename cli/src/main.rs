//! The program `consent`.

fn main() {}
