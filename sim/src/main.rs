//! The `confsim` program.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    confsim::cli::main()
}
