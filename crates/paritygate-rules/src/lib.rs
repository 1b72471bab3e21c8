//! The catalogue of rule kinds: params, manual, check and tests of each in one file.
