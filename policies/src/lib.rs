//! The policy packs that come with paritygate, as data.
