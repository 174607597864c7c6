//! Makes a new or removed file of the library rebuild its embedded copy.

fn main() {
    println!("cargo::rerun-if-changed=../../library");
}
