//! How a test says which requirements it proves.

/// Names the requirements (`IM-3-3-2-5-1-c`) and decisions (`D-23`) that the surrounding test proves.
///
/// It compiles to nothing. The simulator's build collects every use in the workspace, `confsim list
/// requirements` shows them, and a test rejects ids that do not exist.
#[macro_export]
macro_rules! covers {
    ($($id:literal),+ $(,)?) => {
        const _: &[&str] = &[$($id),+];
    };
}
