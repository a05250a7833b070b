//! The exit codes. Their numbers are a contract.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Ok = 0,
    /// Problems in the manifest, artifacts or surroundings; nothing was run.
    Problems = 1,
    Usage = 2,
    /// The function returned `err`.
    ReturnedErr = 3,
    /// Trap, limit or time-out.
    Trapped = 4,
    /// A record was rejected or failed.
    RecordsLost = 5,
}

impl Exit {
    /// Of several ends the one that matters most: 4 before 3 before 5.
    pub fn weightiest(trapped: bool, returned_err: bool, lost: bool) -> Self {
        match (trapped, returned_err, lost) {
            (true, _, _) => Self::Trapped,
            (_, true, _) => Self::ReturnedErr,
            (_, _, true) => Self::RecordsLost,
            _ => Self::Ok,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trap_outweighs_err_outweighs_loss() {
        assert_eq!(Exit::weightiest(true, true, true), Exit::Trapped);
        assert_eq!(Exit::weightiest(false, true, true), Exit::ReturnedErr);
        assert_eq!(Exit::weightiest(false, false, true), Exit::RecordsLost);
        assert_eq!(Exit::weightiest(false, false, false), Exit::Ok);
    }
}
