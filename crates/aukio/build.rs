//! The pages' built assets are embedded; an empty folder stands in until `npm run build` has made them.

fn main() {
    let dist = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/dist");
    let _ = std::fs::create_dir_all(dist);
    println!("cargo:rerun-if-changed=../../web/dist");
    println!("cargo:rerun-if-changed=../../web/words");
    println!("cargo:rerun-if-changed=../../web/texts");
    println!("cargo:rerun-if-changed=../../migrations");
}
