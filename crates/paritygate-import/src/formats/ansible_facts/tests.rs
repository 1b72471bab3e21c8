//! Tests: texts in, a flat picture of the environment and its diagnostics out.

use std::fmt::Write;

use expect_test::{Expect, expect};
use paritygate_model::{FingerprintKey, SecretTable};

use super::*;
use crate::{Files, Supplied};

fn imported(files: &[(&str, &str)], component: Option<&str>) -> Imported {
    let supplied = |(path, text): &(&str, &str)| ((*path).to_owned(), Supplied::Text(Source::new(*path, *text)));
    let files: Files = files.iter().map(supplied).collect();
    let paths = files.keys().cloned().collect();
    let request = Request { paths, component: component.map(str::to_owned), ..Request::default() };
    let key = FingerprintKey::from_bytes(*b"key");
    import(&request, &Context { files: &files, secrets: SecretTable::builtin(), key: &key })
}

fn place(at: Option<&Location>) -> String {
    at.map(|at| format!("{}:{}:{}", at.source.name(), at.position().line, at.position().column)).unwrap_or_default()
}

fn flat(draft: &Draft, path: &str, out: &mut String) {
    let value = match &draft.value {
        DraftValue::Map(map) => {
            for (key, value) in map {
                flat(value, &if path.is_empty() { key.clone() } else { format!("{path}.{key}") }, out);
            }
            return;
        }
        DraftValue::Sequence(items) => return items.iter().for_each(|item| flat(item, &format!("{path}[]"), out)),
        DraftValue::String(text) | DraftValue::Number(text) => text.clone(),
        DraftValue::Unresolved(reason) => format!("<{reason}>"),
        DraftValue::Secret(_) => "(secret)".to_owned(),
        DraftValue::Variable(variable) => return flat(&variable.value, path, out),
        DraftValue::Null => "null".to_owned(),
        DraftValue::Bool(value) => value.to_string(),
    };
    writeln!(out, "{path} = {value} @{}", place(draft.at.as_ref())).expect("a string");
}

fn picture(imported: &Imported) -> String {
    let mut out = String::new();
    for description in &imported.descriptions {
        if let Description::Draft(draft) = description {
            flat(draft, "", &mut out);
        }
    }
    for (path, coverage) in imported.coverage.iter().filter(|(path, _)| path.contains('.')) {
        writeln!(out, "coverage {path}: {}", coverage.word()).expect("a string");
    }
    for diagnostic in &imported.diagnostics {
        let at = place(diagnostic.location.as_ref());
        writeln!(out, "{} @{at}: {}", diagnostic.code, diagnostic.message).expect("a string");
    }
    out
}

fn check(files: &[(&str, &str)], expected: Expect) {
    expected.assert_eq(&picture(&imported(files, None)));
}

#[test]
fn what_setup_tells() {
    check(
        &[(
            "facts/web-1.json",
            r#"{"ansible_facts": {"ansible_distribution": "RedHat", "ansible_distribution_version": "9.4",
 "ansible_architecture": "aarch64", "ansible_kernel": "5.14.0", "ansible_memtotal_mb": 1024,
 "ansible_processor_vcpus": 2, "ansible_date_time": {"tz": "CET", "iso8601": "2026-03-01T09:00:00Z"},
 "ansible_env": {"LANG": "C", "LC_ALL": "de_DE.UTF-8"}, "ansible_python": {"version": {"major": 3, "minor": 9, "micro": 18}},
 "ansible_mounts": [{"mount": "/srv", "fstype": "nfs4", "options": "rw,noexec"}]}, "changed": false}"#,
        )],
        expect![[r#"
            collectedAt = 2026-03-01T09:00:00Z @facts/web-1.json:3:78
            hosts.all.members.web-1.cpus = 2 @facts/web-1.json:3:29
            hosts.all.members.web-1.filesystem./srv.mount.fstype = nfs4 @facts/web-1.json:5:49
            hosts.all.members.web-1.filesystem./srv.mount.options[] = rw @facts/web-1.json:5:68
            hosts.all.members.web-1.filesystem./srv.mount.options[] = noexec @facts/web-1.json:5:68
            hosts.all.members.web-1.locale = de_DE.UTF-8 @facts/web-1.json:4:41
            hosts.all.members.web-1.memoryBytes = 1073741824 @facts/web-1.json:2:88
            hosts.all.members.web-1.os.arch = aarch64 @facts/web-1.json:2:26
            hosts.all.members.web-1.os.id = rhel @facts/web-1.json:1:44
            hosts.all.members.web-1.os.kernel = 5.14.0 @facts/web-1.json:2:55
            hosts.all.members.web-1.os.versionId = 9.4 @facts/web-1.json:1:86
            hosts.all.members.web-1.runtimes.python = 3.9.18 @facts/web-1.json:4:87
            hosts.all.members.web-1.timezone = CET @facts/web-1.json:3:60
            runtimes.python = 3.9.18 @facts/web-1.json:4:87
            coverage hosts.all.members.web-1.packages: notCollected
        "#]],
    );
}

#[test]
fn what_stands_between_results_is_passed_over() {
    check(
        &[(
            "all.txt",
            "[WARNING]: é \u{1b}[0;32m\n\u{1b}[0;32mweb-1 | SUCCESS => {\u{1b}[0m\n  \"ansible_facts\": {\n    \
             \"ansible_kernel\": \"6.8.0\"\n  }\n}\u{1b}[0m\nweb-2 | UNREACHABLE! => {\"msg\": \"x\", \"unreachable\": true}\n\
             db-1 | CHANGED => {\"ansible_facts\": {\"ansible_kernel\": \"5.15.0\"}}",
        )],
        expect![[r#"
            hosts.all.members.db-1.os.kernel = 5.15.0 @all.txt:8:56
            hosts.all.members.web-1.os.kernel = 6.8.0 @all.txt:4:23
            hosts.all.members.web-2 = <its facts were not gathered> @all.txt:7:25
            coverage hosts.all.members.db-1.packages: notCollected
            coverage hosts.all.members.web-1.packages: notCollected
            coverage hosts.all.members.web-2.packages: notCollected
            facts-not-gathered @all.txt:7:25: there are no facts of `web-2`: it was unreachable
        "#]],
    );
}

#[test]
fn results_of_one_host_are_put_together() {
    check(
        &[
            ("web-1", r#"{"ansible_kernel": "6.8.0", "module_setup": true}"#),
            (
                "web-1.packages.json",
                r#"{"ansible_facts": {"packages": {
 "vim": [{"name": "vim", "version": "8.2.2637", "release": "20.el9", "epoch": 2, "source": "rpm"}],
 "kernel": [{"version": "5.14.0", "release": "1", "epoch": null, "source": "rpm"}, {"version": "5.14.0", "release": "2", "source": "rpm"}]}}}"#,
            ),
            ("web-1.services.json", r#"[{"name": "sshd.service", "state": "running", "status": "enabled"}]"#),
        ],
        expect![[r#"
            hosts.all.members.web-1.os.kernel = 6.8.0 @web-1:1:20
            hosts.all.members.web-1.packages.system.rpm.kernel[] = 5.14.0-1 @web-1.packages.json:3:25
            hosts.all.members.web-1.packages.system.rpm.kernel[] = 5.14.0-2 @web-1.packages.json:3:96
            hosts.all.members.web-1.packages.system.rpm.vim[] = 2:8.2.2637-20.el9 @web-1.packages.json:2:37
            hosts.all.members.web-1.services.sshd.service.state = running @web-1.services.json:1:36
            hosts.all.members.web-1.services.sshd.service.status = enabled @web-1.services.json:1:57
            packages.all.rpm.kernel[] = 5.14.0-1 @web-1.packages.json:3:25
            packages.all.rpm.kernel[] = 5.14.0-2 @web-1.packages.json:3:96
            packages.all.rpm.vim[] = 2:8.2.2637-20.el9 @web-1.packages.json:2:37
            coverage hosts.all.members.web-1.packages: complete
        "#]],
    );
}

#[test]
fn groups_hold_hosts() {
    check(
        &[(
            "play.json",
            r#"{"hostvars": {
 "web-1": {"ansible_facts": {"kernel": "6.8.0", "python_version": "3.12.3", "packages": {"nginx": [{"version": "1.24.0", "source": "apt"}]}}, "db_password": "x"},
 "web-2": {"ansible_facts": {"kernel": "6.8.0", "python_version": "3.12.3", "packages": {"nginx": [{"version": "1.24.0", "source": "apt"}], "vim": [{"version": "9", "source": "apt"}]}}},
 "web-9": {"ansible_facts": {}}, "db-1": {"ansible_facts": {"python_version": "3.11.2"}}},
 "groups": {"all": ["web-1", "web-2", "db-1"], "web": ["web-1", "web-2", "other"], "empty": []}}"#,
        )],
        expect![[r#"
            hosts.ungrouped.members.db-1.runtimes.python = 3.11.2 @play.json:4:79
            hosts.ungrouped.members.web-9 = <its facts were not gathered> @play.json:4:11
            hosts.web.members.web-1.os.kernel = 6.8.0 @play.json:2:40
            hosts.web.members.web-1.packages.system.deb.nginx[] = 1.24.0 @play.json:2:112
            hosts.web.members.web-1.runtimes.python = 3.12.3 @play.json:2:67
            hosts.web.members.web-2.os.kernel = 6.8.0 @play.json:3:40
            hosts.web.members.web-2.packages.system.deb.nginx[] = 1.24.0 @play.json:3:112
            hosts.web.members.web-2.packages.system.deb.vim[] = 9 @play.json:3:161
            hosts.web.members.web-2.runtimes.python = 3.12.3 @play.json:3:67
            packages.web.deb.nginx[] = 1.24.0 @play.json:2:112
            packages.web.deb.vim = <only some of the hosts have it> @play.json:3:161
            runtimes.python = <the hosts have different values> @play.json:4:79
            coverage hosts.ungrouped.members.db-1.packages: notCollected
            coverage hosts.ungrouped.members.web-9.packages: notCollected
            coverage hosts.web.members.web-1.packages: complete
            coverage hosts.web.members.web-2.packages: complete
            facts-not-gathered @play.json:4:11: there are no facts of `web-9`: none were gathered
        "#]],
    );
}

#[test]
fn variables_that_a_playbook_hands_over() {
    check(
        &[(
            "play.json",
            r#"{"variables": {
 "web-1": {"port": 80, "debug": false, "gone": null, "db": {"host": "db.internal", "password": "x"}, "names": ["a", "b"], "own": 1, "url": "{{ url }}",
  "license": {"__ansible_type": "_AnsibleTaggedStr", "value": "canary", "tags": [{"__ansible_type": "VaultedValue"}]}, "raw": {"__ansible_vault": "x"}},
 "web-2": {"port": 80, "debug": false, "gone": null, "db": {"host": "other.internal", "password": "x"}, "names": ["a", "b"], "url": "{{ url }}",
  "license": {"__ansible_type": "_AnsibleTaggedStr", "value": "canary", "tags": [{"__ansible_type": "VaultedValue"}]}, "raw": {"__ansible_vault": "x"}}}}"#,
        )],
        expect![[r#"
            variables.db.host = <the hosts have different values> @play.json:2:69
            variables.db.password = (secret) @play.json:2:96
            variables.debug = false @play.json:2:33
            variables.gone = null @play.json:2:48
            variables.license = (secret) @play.json:3:63
            variables.names.0 = a @play.json:2:112
            variables.names.1 = b @play.json:2:117
            variables.own = <only some of the hosts have it> @play.json:2:130
            variables.port = 80 @play.json:2:20
            variables.raw = <encrypted with Ansible Vault> @play.json:5:127
            variables.url = <template> @play.json:4:133
        "#]],
    );
}

#[test]
fn a_cache_of_ansible_core_2_19() {
    check(
        &[(
            "s1_web-1",
            r#"{"__payload__": "{\"ansible_kernel\": {\"__ansible_type\": \"_AnsibleTaggedStr\", \"value\": \"6.8.0\", \"tags\": []}, \"ansible_python_version\": {\"__ansible_type\": \"_AnsibleTaggedStr\", \"value\": \"canary\", \"tags\": [{\"__ansible_type\": \"VaultedValue\", \"ciphertext\": \"x\"}]}, \"ansible_architecture\": {\"__ansible_type\": \"EncryptedString\", \"ciphertext\": \"x\"}}"}"#,
        )],
        expect![[r#"
            hosts.all.members.web-1.os.arch = <encrypted with Ansible Vault> @s1_web-1:1:17
            hosts.all.members.web-1.os.kernel = 6.8.0 @s1_web-1:1:17
            hosts.all.members.web-1.runtimes.python = (secret) @s1_web-1:1:17
            runtimes.python = (secret) @s1_web-1:1:17
            coverage hosts.all.members.web-1.packages: notCollected
        "#]],
    );
}

#[test]
fn the_output_of_a_playbook_in_json() {
    check(
        &[(
            "out.json",
            r#"{"plays": [{"tasks": [{"hosts": {"web-1": {"ping": "pong"}}}, {"hosts": {"web-1": {"ansible_facts": {"ansible_kernel": "6.8.0"}}}}]}], "stats": {}}"#,
        )],
        expect![[r#"
            hosts.all.members.web-1.os.kernel = 6.8.0 @out.json:1:120
            coverage hosts.all.members.web-1.packages: notCollected
        "#]],
    );
}

#[test]
fn what_can_not_be_known() {
    check(
        &[(
            "web-1.json",
            r#"{"ansible_kernel": "{{ kernel }}", "ansible_python_version": "ghp_0123456789abcdefghijklmnopqrstuvwxyz",
 "ansible_architecture": {"__ansible_vault": "$ANSIBLE_VAULT;1.1;AES256"}, "ansible_distribution": {"__ansible_unsafe": "Debian"},
 "ansible_memtotal_mb": "much", "ansible_mounts": [{"mount": "/m", "fstype": "cifs", "options": "rw,password=x"}]}"#,
        )],
        expect![[r#"
            hosts.all.members.web-1.filesystem./m.mount.fstype = cifs @web-1.json:3:78
            hosts.all.members.web-1.filesystem./m.mount.options[] = rw @web-1.json:3:97
            hosts.all.members.web-1.filesystem./m.mount.options[] = (secret) @web-1.json:3:97
            hosts.all.members.web-1.os.arch = <encrypted with Ansible Vault> @web-1.json:2:26
            hosts.all.members.web-1.os.id = debian @web-1.json:2:121
            hosts.all.members.web-1.os.kernel = <template> @web-1.json:1:20
            hosts.all.members.web-1.runtimes.python = (secret) @web-1.json:1:62
            runtimes.python = (secret) @web-1.json:1:62
            coverage hosts.all.members.web-1.packages: notCollected
        "#]],
    );
}

#[test]
fn what_holds_no_facts() {
    for text in ["", "[]", "{}", "a: 1", r#"{"services": 1"#, r#"{"__payload__": "{\"a\": "}"#, r#"{"a": {"b": 1}}"#] {
        let imported = imported(&[("x.json", text)], None);
        assert!(imported.diagnostics.iter().any(|wrong| wrong.location.is_some()), "{text}");
    }
    check(
        &[("x.json", r#"{"a": {"b": 1}}"#), ("y.json", r#"{"__payload__": "{\"a\": "}"#)],
        expect![[r#"
        ansible-facts-shape @x.json:1:1: this text holds no facts of Ansible
        json-syntax @y.json:1:17: this is not valid JSON: the text ends while parsing a value
    "#]],
    );
}

#[test]
fn what_is_not_read_is_not_shown() {
    let text = r#"{"hostvars": {"web-1": {"ansible_facts": {"ansible_env": {"LANG": "C", "X": "canary"}, "ansible_kernel": "6", "ansible_local": {"a": "canary"}, "ansible_ssh_host_key_rsa_public": "canary", "ansible_zfs": "canary"}, "password": "canary", "plain": "canary"}}}"#;
    let files: Files = [("f.json".to_owned(), Supplied::Text(Source::new("f.json", text)))].into();
    let key = FingerprintKey::from_bytes(*b"key");
    let request = Request { paths: vec!["f.json".to_owned()], ..Request::default() };
    import(&request, &Context { files: &files, secrets: SecretTable::builtin(), key: &key });
    let Some(Supplied::Text(source)) = files.get("f.json") else { panic!("it is there") };
    for at in (0..text.len() as u32).step_by(7) {
        assert!(!source.excerpt(Span::new(at, at + 1)).text.contains("canary"), "{at}");
    }
}

#[test]
fn a_host_whose_facts_failed_is_told_in_whatever_words() {
    check(
        &[(
            "all.txt",
            "web-4 | FAILED! => {\"changed\": false, \"msg\": \"x\"}\nweb-5 | FAILED | rc=2 >>\nno such file\n\
             web-6 | FAILED | rc=127 >>\n\nweb-1 | SUCCESS => {\"ansible_facts\": {\"ansible_kernel\": \"5.15.0\"}}\n",
        )],
        expect![[r#"
            hosts.all.members.web-1.os.kernel = 5.15.0 @all.txt:6:57
            hosts.all.members.web-4 = <its facts were not gathered> @all.txt:1:20
            hosts.all.members.web-5 = <its facts were not gathered> @all.txt:2:10
            hosts.all.members.web-6 = <its facts were not gathered> @all.txt:4:10
            coverage hosts.all.members.web-1.packages: notCollected
            coverage hosts.all.members.web-4.packages: notCollected
            coverage hosts.all.members.web-5.packages: notCollected
            coverage hosts.all.members.web-6.packages: notCollected
            facts-not-gathered @all.txt:1:20: there are no facts of `web-4`: the task brought none
            facts-not-gathered @all.txt:2:10: there are no facts of `web-5`: the task failed
            facts-not-gathered @all.txt:4:10: there are no facts of `web-6`: the task failed
        "#]],
    );
}
