//! Makes a new or removed file of the library or the reference cases rebuild their embedded copies.

fn main() {
    println!("cargo::rerun-if-changed=../../library");
    println!("cargo::rerun-if-changed=../../suite/reference");
}
