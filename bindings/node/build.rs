//! Tells the linker that Node supplies the symbols of its interface.

fn main() {
    napi_build::setup();
}
