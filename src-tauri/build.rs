//! Generates what Tauri needs at compile time: capabilities, icons, the page's policy.

fn main() {
    // The page is embedded in the program, so a new page requires a rebuild.
    println!("cargo:rerun-if-changed=../ui/dist");
    println!("cargo:rerun-if-changed=../tauri.conf.json");
    tauri_build::build();
}
