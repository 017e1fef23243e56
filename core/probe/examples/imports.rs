//! Says how many things a WebAssembly module imports, and fails if there are any, or if it has no code.
//!
//! Reads the module's sections: one of kind 2 lists what it imports, one of kind 10 is the code.

fn number(module: &[u8], at: &mut usize) -> usize {
    let (mut value, mut shift) = (0, 0);
    loop {
        let byte = module[*at];
        *at += 1;
        value |= usize::from(byte & 127) << shift;
        shift += 7;
        if byte < 128 {
            return value;
        }
    }
}

fn main() {
    let module = std::fs::read(std::env::args().nth(1).expect("a file")).expect("a module");
    assert_eq!(&module[..4], b"\0asm");
    let (mut at, mut imports, mut code) = (8, 0, false);
    while at < module.len() {
        let kind = module[at];
        at += 1;
        let size = number(&module, &mut at);
        if kind == 2 {
            imports += number(&module, &mut at.clone());
        }
        code |= kind == 10;
        at += size;
    }
    println!("{} bytes of wasm import {imports} things from outside", module.len());
    assert!(code && imports == 0);
}
