//! Documents to policies and project manifests: envelope, selectors, typed parameters.
