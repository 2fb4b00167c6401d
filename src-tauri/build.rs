//! Generates what Tauri needs at compile time: capabilities, icons, the page's policy.

fn main() {
    tauri_build::build();
}
