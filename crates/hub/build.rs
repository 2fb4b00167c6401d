//! Takes the built web chat and the external agents' page into the binary.

use std::path::Path;
use std::{env, fs};

fn main() {
    for name in ["chat.js", "review.js", "guest.js"] {
        take(name);
    }
}

fn take(name: &str) {
    let built = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("BUG: cargo sets it")).join("../../ui/dist-chat");
    let built = built.join(name);
    println!("cargo:rerun-if-changed={}", built.display());
    let script = fs::read(&built).unwrap_or_else(|_| {
        println!("cargo:warning={name} is not built (npm run build in ui); this hub serves an explanation instead");
        format!(
            "console.error('This hub was built without {name}: run `npm run build` in ui, then build the hub again.');"
        )
        .into_bytes()
    });
    let out = Path::new(&env::var("OUT_DIR").expect("BUG: cargo sets it")).join(name);
    fs::write(out, script).unwrap_or_else(|error| panic!("cannot write {name} for the hub: {error}"));
}
