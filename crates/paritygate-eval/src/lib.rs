//! Policies and environments to reports: the traits of rule kinds and the N-way walk.
