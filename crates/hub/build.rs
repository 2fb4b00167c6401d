//! Takes the built web chat into the binary.

use std::path::Path;
use std::{env, fs};

fn main() {
    let built =
        Path::new(&env::var("CARGO_MANIFEST_DIR").expect("BUG: cargo sets it")).join("../../ui/dist-chat/chat.js");
    println!("cargo:rerun-if-changed={}", built.display());
    let script = fs::read(&built).unwrap_or_else(|_| {
        println!("cargo:warning=the web chat is not built (npm run build in ui); this hub serves an explanation instead");
        b"console.error('This hub was built without its web chat: run `npm run build` in ui, then build the hub again.');".to_vec()
    });
    let out = Path::new(&env::var("OUT_DIR").expect("BUG: cargo sets it")).join("chat.js");
    fs::write(out, script).expect("cannot write chat.js for the hub");
}
