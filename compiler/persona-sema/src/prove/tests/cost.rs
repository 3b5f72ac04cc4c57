//! That large packages and long conditions are looked through in no time, and that an edit is not looked at everywhere.
