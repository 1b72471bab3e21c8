//! The policy packs that come with paritygate, as data.

/// A pack: policies that belong together.
#[derive(Debug)]
pub struct Pack {
    /// The name in `policies:`.
    pub name: &'static str,
    /// What it is for, in one sentence.
    pub summary: &'static str,
    /// Its policies.
    pub policies: &'static [File],
}

/// A policy and the cases that show what it finds.
#[derive(Debug)]
pub struct File {
    /// Its path in this folder.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
    /// The cases beside it; empty in a build without the feature `cases`.
    pub cases: &'static str,
}

macro_rules! policy {
    ($path:literal) => {
        File {
            path: concat!($path, ".yaml"),
            text: include_str!(concat!("../", $path, ".yaml")),
            cases: if cfg!(feature = "cases") { include_str!(concat!("../", $path, ".cases.yaml")) } else { "" },
        }
    };
}

/// All packs, sorted by name.
pub static ALL: &[Pack] = &[
    Pack {
        name: "hosts",
        summary: "groups of hosts: alike among themselves, and on the same systems in every environment",
        policies: &[policy!("hosts/groups"), policy!("hosts/systems")],
    },
    Pack {
        name: "recommended",
        summary: "what is worth knowing on the first day, and nothing that is merely different",
        policies: &[
            policy!("recommended/contract"),
            policy!("recommended/secrets"),
            policy!("recommended/variables"),
            policy!("recommended/workloads"),
        ],
    },
];

/// The pack of that name.
pub fn find(name: &str) -> Option<&'static Pack> {
    ALL.iter().find(|pack| pack.name == name)
}
