//! Tables of real versions, and laws that hold for all.

use std::cmp::Ordering;

use proptest::prelude::*;

use super::Difference::{Major, Minor, Patch, Precision, Suffix, Variant};
use super::*;

const SCHEMES: [Scheme; 7] =
    [Scheme::Semver, Scheme::Pep440, Scheme::Deb, Scheme::Rpm, Scheme::Calver, Scheme::DockerTag, Scheme::Postgres];

fn version(scheme: Scheme, text: &str) -> Version {
    parse(scheme, text).unwrap_or_else(|| panic!("`{text}` in {scheme:?}"))
}

/// Each version is older than the next.
fn ascending(scheme: Scheme, texts: &[&str]) {
    for pair in texts.windows(2) {
        let (a, b) = (version(scheme, pair[0]), version(scheme, pair[1]));
        assert_eq!(a.compare(&b), Ordering::Less, "{pair:?} in {scheme:?}");
        assert_eq!(b.compare(&a), Ordering::Greater, "{pair:?} in {scheme:?}");
    }
}

fn differs(scheme: Scheme, cases: &[(&str, &str, Difference)]) {
    for &(a, b, expected) in cases {
        let (left, right) = (version(scheme, a), version(scheme, b));
        assert_eq!(left.difference(&right), expected, "{a} {b} in {scheme:?}");
        assert_eq!(right.difference(&left), expected, "{b} {a} in {scheme:?}");
    }
}

fn unreadable(scheme: Scheme, texts: &[&str]) {
    for text in texts {
        assert!(parse(scheme, text).is_none(), "`{text}` in {scheme:?}");
    }
}

#[test]
fn semantic_versions() {
    // The order of semver.org, point 11.
    ascending(
        Scheme::Semver,
        &[
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
        ],
    );
    ascending(Scheme::Semver, &["v18.20.4", "20", "v22.11.1"]);
    differs(
        Scheme::Semver,
        &[
            ("20.11.1", "v20.11.1", Difference::None),
            ("20.11.1", "20.12.0", Minor),
            ("20.11.1", "20.11.2", Patch),
            ("18.20.4", "20.11.1", Major),
            ("20", "20.11.1", Precision),
            ("20.11", "20.11.1", Precision),
            ("20.x", "20.11.1", Precision),
            ("20", "22.3.0", Major),
            ("20.10", "20.11.1", Minor),
            ("1.0.0-rc.1", "1.0.0", Suffix),
            ("1.0.0+a", "1.0.0+b", Variant),
        ],
    );
    unreadable(
        Scheme::Semver,
        &["", "x", "v", "latest", "1.2.3.4", "24.04", "^1.2.3", ">=1", "~> 1.0", "lts/iron", "1..2", "1.", ".1"],
    );
}

#[test]
fn python_versions() {
    // The order of PEP 440, with the forms that it lists.
    ascending(
        Scheme::Pep440,
        &[
            "1.0.dev1",
            "1.0a1.dev1",
            "1.0a1",
            "1.0b2",
            "1.0rc1",
            "1.0",
            "1.0.post1.dev2",
            "1.0.post1",
            "1.1",
            "5.0.6",
            "1!0.9",
        ],
    );
    differs(
        Scheme::Pep440,
        &[
            ("5.0", "5.0.0", Difference::None),
            ("5.0", "5.0.6", Patch),
            ("5.0.6", "5.1", Minor),
            ("2.0rc1", "2.0", Suffix),
            ("2.3.1", "2.3.1+cu118", Variant),
            ("2.3.1", "1!2.3.1", Major),
        ],
    );
    unreadable(Scheme::Pep440, &["", "latest", "2.0-alpine", "==2.0", "2.*"]);
}

#[test]
fn debian_versions() {
    // Debian Policy Manual, 5.6.12: `~~`, `~~a`, `~`, the empty part, `a`.
    ascending(Scheme::Deb, &["1~~", "1~~a", "1~", "1", "1a"]);
    ascending(
        Scheme::Deb,
        &[
            "1.0~beta1~svn1245",
            "1.0~beta1",
            "1.0",
            "1.0-1",
            "1.0-1.1",
            "1.0-2",
            "1.0-10",
            "1.0a",
            "1.0+b",
            "1.0.1",
            "1:0.1",
        ],
    );
    ascending(Scheme::Deb, &["2.36-9+deb12u4", "2.36-9+deb12u10"]);
    ascending(Scheme::Deb, &["1.1.1n", "1.1.1w"]);
    differs(
        Scheme::Deb,
        &[
            ("1.02", "1.2", Difference::None),
            ("0:1.2-1", "1.2-1", Difference::None),
            ("2.36-9+deb12u4", "2.36-9+deb12u10", Suffix),
            ("5.7.33-0ubuntu0.18.04.1", "5.7.42-0ubuntu0.18.04.1", Patch),
            ("1:2.3-1", "2.3-1", Major),
            ("1.0~rc1", "1.0", Suffix),
        ],
    );
    unreadable(Scheme::Deb, &["", "latest", "1:", "x:1", "1-", "1 2", "1.2_ü"]);
}

#[test]
fn rpm_versions() {
    ascending(Scheme::Rpm, &["1.0~rc1", "1.0", "1.0^git1", "1.0a", "1.0.1", "1.0.10", "2:0.1"]);
    ascending(Scheme::Rpm, &["8.2.2637-20.el9", "8.2.2637-21.el9"]);
    differs(
        Scheme::Rpm,
        &[("8.2.1-20.el9", "8.2.1-21.el9", Suffix), ("8.2.1-1", "8.3.0-1", Minor), ("8.02", "8.2", Difference::None)],
    );
}

#[test]
fn dates() {
    ascending(Scheme::Calver, &["22.04", "22.10", "24.04"]);
    ascending(Scheme::Calver, &["2023.12.9", "2024.01.3", "2024.1.10", "20240115", "2024-01-16"]);
    ascending(Scheme::Calver, &["RELEASE.2023-04-07T05-28-58Z", "RELEASE.2023-04-07T06-00-00Z"]);
    differs(
        Scheme::Calver,
        &[
            ("24.04", "24.4.1", Precision),
            ("22.04", "24.04", Major),
            ("24.04", "24.10", Minor),
            ("2024-06-20", "2024-09-30.acacia", Minor),
            ("20240115", "2024-01-15", Difference::None),
            ("2024.01.15-main", "2024.01.15-fix", Variant),
        ],
    );
    unreadable(Scheme::Calver, &["2024", "latest", "20241399", "20241301", "20240132", "00.04", "1.2.3", "123.4"]);
}

#[test]
fn image_tags() {
    ascending(
        Scheme::DockerTag,
        &["3.13.0a1", "3.13.0b2", "3.13.0rc1-slim", "3.13.0rc10", "3.13.0-bookworm", "3.13.1"],
    );
    ascending(Scheme::DockerTag, &["8u242-jdk", "8u252", "17-jdk", "21.0.1"]);
    differs(
        Scheme::DockerTag,
        &[
            ("16.4-alpine", "16.4-bookworm", Variant),
            ("16.4-alpine", "16.4", Variant),
            ("16.4-alpine", "16.3-alpine", Minor),
            ("3.12-slim-bookworm", "3.12.4-slim-bookworm", Precision),
            ("3.4.9-alpine3.19", "3.4.9-alpine3.23", Variant),
            ("v1.2.3", "1.2.3", Difference::None),
            ("7.2-rc2-alpine", "7.2-alpine", Suffix),
            ("7.2-a", "7.2-b", Variant),
            ("2019-latest", "2022-latest", Major),
            ("5.3.0.RELEASE", "5.3.1.RELEASE", Patch),
        ],
    );
    assert_eq!(version(Scheme::DockerTag, "7.2-rc2-alpine3.18").variant(), "alpine3.18");
    unreadable(
        Scheme::DockerTag,
        &[
            "",
            "latest",
            "stable",
            "trixie-slim",
            "main",
            "feature/x",
            "9089cafbf36bb8",
            "3rd-party",
            "16.4-",
            "16.4 alpine",
            "${TAG}",
        ],
    );
    unreadable(
        Scheme::DockerTag,
        &["sha256:2a2f964e6ee7bea2f9a54eac6d976441351d0805833117fc2e45c541b8d58ae9", "99999999999999999999"],
    );
}

#[test]
fn postgres_releases() {
    ascending(Scheme::Postgres, &["9.4.26", "9.5", "9.6.24", "10", "17devel", "17beta1", "17rc1", "17"]);
    differs(
        Scheme::Postgres,
        &[
            ("9.5", "9.6", Major),
            ("9.6.3", "9.6.4", Minor),
            ("9.6", "10", Major),
            ("16", "16.4", Precision),
            ("10.3", "10.4", Minor),
            ("16.3", "16.4", Minor),
            ("16.4 (Debian 16.4-1.pgdg120+1)", "16.4", Difference::None),
            ("PostgreSQL 15.8 on x86_64-pc-linux-gnu", "16.4-alpine", Major),
        ],
    );
}

#[test]
fn schemes_have_words() {
    for scheme in SCHEMES {
        assert_eq!(Scheme::from_word(scheme.word()), Some(scheme));
    }
    assert_eq!(Scheme::from_word("auto"), None);
}

#[test]
fn three_plain_numbers_are_read_in_one_pass() {
    for text in ["1.2.3", "0.10.0", "18.20.4"] {
        let three = dotted::three(text).unwrap_or_default();
        assert_eq!(three.release, dotted::semver(text).unwrap_or_default().release, "{text}");
        assert_eq!(three.release.len(), 3, "{text}");
    }
    for text in ["01.2.3", "1.00.3", "1.2", "1.2.3.4", "1..3", "1.2.", ".2.3", "1.2.x", "v1.2.3", ""] {
        assert!(dotted::three(text).is_none(), "{text}");
    }
}

#[test]
fn longer_texts_are_none() {
    let of = |bytes: usize| format!("1.0.0+{}", "x".repeat(bytes - 6));
    assert!(parse(Scheme::Semver, &of(MAX_BYTES)).is_some());
    assert!(parse(Scheme::Semver, &of(MAX_BYTES + 1)).is_none());
}

#[test]
fn schemes_are_chosen_by_all_texts() {
    let cases: &[(&[&str], Option<Scheme>)] = &[
        (&["20.11.1", "v20"], Some(Scheme::Semver)),
        (&["1.0.0-rc.1", "1.0.0"], Some(Scheme::Semver)),
        (&["2024.1.3", "2024.2.0"], Some(Scheme::Semver)),
        (&["2024.01.3", "2024.2.0"], Some(Scheme::Calver)),
        (&["24.04", "24.10"], Some(Scheme::Calver)),
        (&["24.10", "24.11"], Some(Scheme::Semver)),
        (&["2024-06-20", "2024-09-30.acacia"], Some(Scheme::Calver)),
        (&["2.0.0.post1", "2.0.0"], Some(Scheme::Pep440)),
        (&["1.2.3.4", "1.2.3"], Some(Scheme::Pep440)),
        (&["5.7.33-0ubuntu0.18.04.1", "5.7.42"], Some(Scheme::Deb)),
        (&["1:2.3-1", "1:2.4-1"], Some(Scheme::Deb)),
        (&["1.1.1n", "1.1.1w"], Some(Scheme::Deb)),
        (&["1.27.3-alpine", "1.27.3"], Some(Scheme::DockerTag)),
        (&["16.4-alpine", "15.2-bookworm"], Some(Scheme::DockerTag)),
        (&["12-3.0", "13-3.1-alpine"], Some(Scheme::DockerTag)),
        (&["2022-CU14-ubuntu-22.04", "2019-latest"], Some(Scheme::DockerTag)),
        (&["latest"], None),
        (&["1.2.3", "latest"], None),
        (&["9089cafbf36bb8", "1.2.3"], None),
        (&["lts/iron"], None),
        (&["16.4", "${TAG}"], None),
    ];
    for (texts, expected) in cases {
        assert_eq!(auto::choose(texts), *expected, "{texts:?}");
    }
}

/// Texts that some scheme reads, and texts that none does.
fn text() -> impl Strategy<Value = String> {
    let number =
        prop_oneof![Just("0"), Just("00"), Just("1"), Just("2"), Just("10"), Just("2024"), Just("9"), Just("01")];
    let sign = prop_oneof![5 => Just("."), 1 => Just("-"), 1 => Just("~"), 1 => Just("^"), 1 => Just("+"), 1 => Just("_"), 1 => Just("")];
    let word = prop_oneof![
        6 => Just(""), 1 => Just("a"), 1 => Just("rc"), 1 => Just("-rc."), 1 => Just("-alpine"), 1 => Just(".dev"), 1 => Just("+x.y"), 1 => Just(".post"), 1 => Just("~~")
    ];
    let start = prop_oneof![6 => Just(""), 1 => Just("v"), 1 => Just("1:"), 1 => Just("2!")];
    (start, prop::collection::vec((number, word, sign), 1..5)).prop_map(|(start, parts)| {
        let body: String = parts.iter().flat_map(|(number, word, sign)| [*number, *word, *sign]).collect();
        format!("{start}{}", body.trim_end_matches(['.', '-', '_', '+']))
    })
}

proptest! {
    #[test]
    fn order_is_total(texts in prop::collection::vec(text(), 3..8)) {
        for scheme in SCHEMES {
            let versions: Vec<Version> = texts.iter().filter_map(|text| parse(scheme, text)).collect();
            for a in &versions {
                prop_assert_eq!(a.cmp(a), Ordering::Equal);
                prop_assert_eq!(a.difference(a), Difference::None);
                for b in &versions {
                    prop_assert_eq!(a.cmp(b), b.cmp(a).reverse());
                    prop_assert_eq!(a.compare(b), b.compare(a).reverse());
                    prop_assert_eq!(a.difference(b), b.difference(a));
                    if a.compare(b).is_ne() {
                        prop_assert!(a.difference(b) >= Suffix, "{:?} {:?}", a, b);
                        prop_assert_eq!(a.compare(b), a.cmp(b));
                    }
                    for c in &versions {
                        if a <= b && b <= c {
                            prop_assert!(a <= c, "{:?} {:?} {:?}", a, b, c);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn every_text_is_read_or_refused(texts in prop::collection::vec("\\PC{0,300}|[0-9a-z.+~^:_-]{0,40}", 0..4)) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        if let Some(scheme) = auto::choose(&texts) {
            prop_assert!(texts.iter().all(|text| parse(scheme, text).is_some()));
        }
        for text in texts {
            for scheme in SCHEMES {
                let _read = parse(scheme, text);
            }
        }
    }
}
