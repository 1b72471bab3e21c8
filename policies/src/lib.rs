//! The policy packs that come with paritygate, as data.

/// A pack: policies that belong together. One policy may be part of several packs; it stands in the folder of one.
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

// Every policy, by its path.
const BRANCH_TABLE_BRANCHES: File = policy!("branch-table/branches");
const BREAK_GLASS_EMERGENCY: File = policy!("break-glass/emergency");
const CHECKLIST_DATABASES: File = policy!("checklist/databases");
const CHECKLIST_NETWORK: File = policy!("checklist/network");
const CHECKLIST_PERMISSIONS: File = policy!("checklist/permissions");
const CHECKLIST_RUNTIMES: File = policy!("checklist/runtimes");
const CHECKLIST_SYSTEMS: File = policy!("checklist/systems");
const CHECKLIST_THIRD_PARTIES: File = policy!("checklist/third-parties");
const CHECKLIST_VARIABLES: File = policy!("checklist/variables");
const CONFIG_ONLY_CONFIG: File = policy!("config-only/config");
const CONTAINERS_IMAGES: File = policy!("containers/images");
const CONTAINERS_RESOURCES: File = policy!("containers/resources");
const DATABASES_CAPACITY: File = policy!("databases/capacity");
const DATABASES_DATA: File = policy!("databases/data");
const DATABASES_IDENTITY: File = policy!("databases/identity");
const DATABASES_MIGRATIONS: File = policy!("databases/migrations");
const DESCRIPTIONS_FRESH: File = policy!("descriptions/fresh");
const END_OF_LIFE_RUNTIMES: File = policy!("end-of-life/runtimes");
const FOUR_EYES_PEOPLE: File = policy!("four-eyes/people");
const HOSTS_GROUPS: File = policy!("hosts/groups");
const HOSTS_SYSTEMS: File = policy!("hosts/systems");
const INFRASTRUCTURE_DRIFT: File = policy!("infrastructure/drift");
const INFRASTRUCTURE_MODULES: File = policy!("infrastructure/modules");
const MIGRATIONS_SCHEMA: File = policy!("migrations/schema");
const NO_FRIDAY_DEPLOYS_FRIDAYS: File = policy!("no-friday-deploys/fridays");
const PROMOTION_RECOMMENDED_PROMOTION: File = policy!("promotion-recommended/promotion");
const RECOMMENDED_CONTRACT: File = policy!("recommended/contract");
const RECOMMENDED_SECRETS: File = policy!("recommended/secrets");
const RECOMMENDED_VARIABLES: File = policy!("recommended/variables");
const RECOMMENDED_WORKLOADS: File = policy!("recommended/workloads");
const SAME_ARTIFACT_ARTIFACT: File = policy!("same-artifact/artifact");
const SECRETS_HYGIENE_DELIVERY: File = policy!("secrets-hygiene/delivery");
const SECRETS_HYGIENE_FILES: File = policy!("secrets-hygiene/files");
const SECRETS_HYGIENE_ROTATION: File = policy!("secrets-hygiene/rotation");
const TEMPLATE_CONFORMANCE_TEMPLATE: File = policy!("template-conformance/template");
const THIRD_PARTY_SERVICES_ACCOUNTS: File = policy!("third-party-services/accounts");
const TWELVE_FACTOR_CONFIG: File = policy!("twelve-factor/config");
const TWELVE_FACTOR_PROCESSES: File = policy!("twelve-factor/processes");
const TWELVE_FACTOR_RELEASES: File = policy!("twelve-factor/releases");
const UNCHANGED_UNCHANGED: File = policy!("unchanged/unchanged");

/// All packs, sorted by name.
pub static ALL: &[Pack] = &[
    Pack {
        name: "branch-table",
        summary: "the usual table of branches: main to development, release tags to staging, tags to production by hand",
        policies: &[BRANCH_TABLE_BRANCHES],
    },
    Pack {
        name: "break-glass",
        summary: "in an emergency, two people may pass over the gates that cost time",
        policies: &[BREAK_GLASS_EMERGENCY],
    },
    Pack {
        name: "checklist",
        summary: "the seven questions: system, runtime, database, third parties, variables, permissions, network",
        policies: &[
            CHECKLIST_SYSTEMS,
            HOSTS_SYSTEMS,
            CHECKLIST_RUNTIMES,
            CHECKLIST_DATABASES,
            CHECKLIST_THIRD_PARTIES,
            RECOMMENDED_CONTRACT,
            RECOMMENDED_VARIABLES,
            CHECKLIST_VARIABLES,
            CHECKLIST_PERMISSIONS,
            CHECKLIST_NETWORK,
            DATABASES_IDENTITY,
        ],
    },
    Pack {
        name: "config-only",
        summary: "changes of configuration alone: the same artifact, no migration, every key that it needs",
        policies: &[CONFIG_ONLY_CONFIG],
    },
    Pack {
        name: "containers",
        summary: "containers: the same images, started alike, with enough of everything and looked after",
        policies: &[RECOMMENDED_WORKLOADS, CONTAINERS_IMAGES, CONTAINERS_RESOURCES, CHECKLIST_RUNTIMES],
    },
    Pack {
        name: "databases",
        summary: "databases: the same kind, version, extensions and schema, no production data elsewhere, and careful migrations",
        policies: &[
            CHECKLIST_DATABASES,
            DATABASES_CAPACITY,
            DATABASES_DATA,
            DATABASES_IDENTITY,
            DATABASES_MIGRATIONS,
            MIGRATIONS_SCHEMA,
        ],
    },
    Pack {
        name: "descriptions",
        summary: "descriptions that are young, and of everything that the checklist asks about",
        policies: &[DESCRIPTIONS_FRESH],
    },
    Pack {
        name: "drift-causes",
        summary: "the six causes of drift: manual changes, infrastructure, schema, dependencies, secrets and variables, third parties",
        policies: &[
            INFRASTRUCTURE_DRIFT,
            HOSTS_GROUPS,
            INFRASTRUCTURE_MODULES,
            DATABASES_MIGRATIONS,
            CHECKLIST_DATABASES,
            CHECKLIST_RUNTIMES,
            HOSTS_SYSTEMS,
            RECOMMENDED_SECRETS,
            SECRETS_HYGIENE_DELIVERY,
            SECRETS_HYGIENE_ROTATION,
            RECOMMENDED_VARIABLES,
            CHECKLIST_THIRD_PARTIES,
            THIRD_PARTY_SERVICES_ACCOUNTS,
        ],
    },
    Pack { name: "end-of-life", summary: "runtimes that nobody mends any more", policies: &[END_OF_LIFE_RUNTIMES] },
    Pack {
        name: "four-eyes",
        summary: "nobody brings to production what nobody else has looked at",
        policies: &[FOUR_EYES_PEOPLE],
    },
    Pack {
        name: "hosts",
        summary: "groups of hosts: alike among themselves, and on the same systems in every environment",
        policies: &[HOSTS_GROUPS, HOSTS_SYSTEMS],
    },
    Pack {
        name: "infrastructure",
        summary: "infrastructure as code: one version of each module, inputs that vary only where they are meant to, and no drift",
        policies: &[INFRASTRUCTURE_DRIFT, INFRASTRUCTURE_MODULES],
    },
    Pack {
        name: "migrations",
        summary: "schema migrations: in order, rehearsed, and destructive only after what replaces them",
        policies: &[MIGRATIONS_SCHEMA],
    },
    Pack {
        name: "no-friday-deploys",
        summary: "nothing reaches production on a Friday or a weekend, but for hotfixes and rollbacks",
        policies: &[NO_FRIDAY_DEPLOYS_FRIDAYS],
    },
    Pack {
        name: "promotion-recommended",
        summary: "what most teams want of every promotion on the first day",
        policies: &[PROMOTION_RECOMMENDED_PROMOTION],
    },
    Pack {
        name: "recommended",
        summary: "what is worth knowing on the first day, and nothing that is merely different",
        policies: &[
            RECOMMENDED_CONTRACT,
            RECOMMENDED_SECRETS,
            RECOMMENDED_VARIABLES,
            RECOMMENDED_WORKLOADS,
            CHECKLIST_RUNTIMES,
            CHECKLIST_DATABASES,
            DATABASES_IDENTITY,
            CHECKLIST_THIRD_PARTIES,
        ],
    },
    Pack {
        name: "same-artifact",
        summary: "one artifact through all environments: built once, named by its digest",
        policies: &[SAME_ARTIFACT_ARTIFACT],
    },
    Pack {
        name: "secrets-hygiene",
        summary: "secrets: separate ones per environment, real ones in production, and key files that nobody else reads",
        policies: &[RECOMMENDED_SECRETS, SECRETS_HYGIENE_FILES, SECRETS_HYGIENE_DELIVERY, SECRETS_HYGIENE_ROTATION],
    },
    Pack {
        name: "template-conformance",
        summary: "a project has what its template has: the environment named `template`",
        policies: &[TEMPLATE_CONFORMANCE_TEMPLATE],
    },
    Pack {
        name: "third-party-services",
        summary: "services of third parties: test modes below production, the same versions, separate accounts",
        policies: &[CHECKLIST_THIRD_PARTIES, THIRD_PARTY_SERVICES_ACCOUNTS, DATABASES_IDENTITY, RECOMMENDED_SECRETS],
    },
    Pack {
        name: "twelve-factor",
        summary: "the factors of an application that can be told from its environments: codebase, config, attached resources, processes",
        policies: &[
            TWELVE_FACTOR_RELEASES,
            RECOMMENDED_CONTRACT,
            RECOMMENDED_VARIABLES,
            CHECKLIST_VARIABLES,
            TWELVE_FACTOR_CONFIG,
            CHECKLIST_DATABASES,
            CHECKLIST_RUNTIMES,
            RECOMMENDED_WORKLOADS,
            TWELVE_FACTOR_PROCESSES,
        ],
    },
    Pack {
        name: "unchanged",
        summary: "what is to stay as it is: asked by `drift` and `change` where no policy is named",
        policies: &[UNCHANGED_UNCHANGED],
    },
];

/// The pack of that name.
pub fn find(name: &str) -> Option<&'static Pack> {
    ALL.iter().find(|pack| pack.name == name)
}
