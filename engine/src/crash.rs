//! A crash leaves nothing of the memory on the disk, where a letter could be read that the encrypted records keep to themselves.

/// Called first by every program that holds a patient's data. Where the system refuses, the program runs all the same.
///
/// On Windows the error reports keep no memory unless an administrator asks for it (`LocalDumps`), which is theirs to decide.
pub fn leave_nothing_of_the_memory() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit {
            current: Some(0),
            maximum: Some(0),
        };
        let _ = setrlimit(Resource::Core, none);
    }
    // A helper that the system pipes its dumps to (core(5)) does not ask for that limit, but for this.
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}
