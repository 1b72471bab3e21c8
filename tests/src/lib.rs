//! Conformance cases, command line transcripts and the corpus test.
