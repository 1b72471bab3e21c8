//! Reports to text and JSON: one file per output format.
