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
        name: "branch-table",
        summary: "the usual table of branches: main to development, release tags to staging, tags to production by hand",
        policies: &[policy!("branch-table/branches")],
    },
    Pack {
        name: "break-glass",
        summary: "in an emergency, two people may pass over the gates that cost time",
        policies: &[policy!("break-glass/emergency")],
    },
    Pack {
        name: "config-only",
        summary: "changes of configuration alone: the same artifact, no migration, every key that it needs",
        policies: &[policy!("config-only/config")],
    },
    Pack {
        name: "four-eyes",
        summary: "nobody brings to production what nobody else has looked at",
        policies: &[policy!("four-eyes/people")],
    },
    Pack {
        name: "hosts",
        summary: "groups of hosts: alike among themselves, and on the same systems in every environment",
        policies: &[policy!("hosts/groups"), policy!("hosts/systems")],
    },
    Pack {
        name: "migrations",
        summary: "schema migrations: in order, rehearsed, and destructive only after what replaces them",
        policies: &[policy!("migrations/schema")],
    },
    Pack {
        name: "no-friday-deploys",
        summary: "nothing reaches production on a Friday or a weekend, but for hotfixes and rollbacks",
        policies: &[policy!("no-friday-deploys/fridays")],
    },
    Pack {
        name: "promotion-recommended",
        summary: "what most teams want of every promotion on the first day",
        policies: &[policy!("promotion-recommended/promotion")],
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
    Pack {
        name: "same-artifact",
        summary: "one artifact through all environments: built once, named by its digest",
        policies: &[policy!("same-artifact/artifact")],
    },
];

/// The pack of that name.
pub fn find(name: &str) -> Option<&'static Pack> {
    ALL.iter().find(|pack| pack.name == name)
}
