//! The locks of account files, against other processes.
