//! Environment parity and promotion policies, evaluated from the files that a team already has.
