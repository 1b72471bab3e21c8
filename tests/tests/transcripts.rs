//! The transcripts: what a user types, and everything that the command line answers.
//!
//! A transcript begins with `=== path` and the lines of that file, for each file. Then follow commands: `$ paritygate …`, what it
//! writes to standard output, to standard error below `--- stderr`, and its exit code as `--- exit N`. Lines before the files
//! and between the commands are remarks. An escape character is shown as `␛`. The word `canary` stands in secrets only.

#![expect(clippy::expect_used, clippy::panic, reason = "a failed expectation is a failed test")]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

use paritygate_tests::binary::binary;
use paritygate_tests::{diff, files_below, here, relative};

/// What stands in a secret and must not stand in an answer.
const CANARY: &str = "canary";
/// What in the environment of this test could change an answer.
const FOREIGN: [&str; 10] = [
    "PARITYGATE_KEY",
    "NO_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "COLUMNS",
    "TERM",
    "COLORTERM",
    "LC_ALL",
    "LC_CTYPE",
    "RUST_BACKTRACE",
];

/// A transcript, taken apart.
#[derive(Default)]
struct Transcript {
    /// The text above the first command, as it stands.
    head: String,
    /// The files, with their text.
    files: Vec<(String, String)>,
    /// The remarks above a command, and the command.
    commands: Vec<(String, String)>,
}

/// A command's answer.
struct Answer {
    out: String,
    err: String,
    exit: i32,
}

#[test]
fn the_command_line_answers_as_written_down() {
    let binary = binary().unwrap_or_else(|wrong| panic!("{wrong}"));
    let root = here().join("transcripts");
    let scratch = std::env::temp_dir().join(format!("paritygate-transcripts-{}", std::process::id()));
    let update = std::env::var_os("UPDATE_TRANSCRIPTS").is_some();
    let (mut wrong, mut exits) = (Vec::new(), BTreeSet::new());
    let paths = files_below(&root);
    for path in &paths {
        let name = relative(path, &root);
        assert!(name.ends_with(".txt") && !name.contains('/'), "{name}: transcripts stand at transcripts/<name>.txt");
        let expected = std::fs::read_to_string(path).expect("a text");
        let transcript = read(&name, &expected);
        let folder = scratch.join(name.trim_end_matches(".txt"));
        write_files(&folder, &transcript);
        let mut actual = transcript.head.clone();
        for (remarks, command) in &transcript.commands {
            let answer = run(&binary, &folder, command);
            exits.insert(answer.exit);
            actual.push_str(&format!("{remarks}$ {command}\n{}", shown(&name, command, &answer)));
        }
        if update {
            std::fs::write(path, &actual).expect("written");
        } else if let Some(difference) = diff::diff(&expected, &actual) {
            wrong.push(format!("{name}\n{difference}"));
        }
    }
    std::fs::remove_dir_all(&scratch).expect("removed");
    let accept = "review, and accept with UPDATE_TRANSCRIPTS=1";
    assert!(wrong.is_empty(), "{} of {} differ ({accept})\n\n{}\n", wrong.len(), paths.len(), wrong.join("\n\n"));
    assert_eq!(exits, BTreeSet::from([0, 1, 2, 3]), "each exit code is shown somewhere, and there are no others");
}

/// Takes a transcript apart. What commands answered before is left out: it is asked for anew.
fn read(name: &str, text: &str) -> Transcript {
    let mut transcript = Transcript::default();
    let (mut remarks, mut in_answer) = (String::new(), false);
    for line in text.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            transcript.commands.push((std::mem::take(&mut remarks), command.to_owned()));
            in_answer = true;
        } else if in_answer {
            in_answer = !line.starts_with("--- exit ");
        } else if !transcript.commands.is_empty() {
            remarks.push_str(&format!("{line}\n"));
        } else {
            transcript.head.push_str(&format!("{line}\n"));
            if let Some(path) = line.strip_prefix("=== ") {
                transcript.files.push((path.to_owned(), String::new()));
            } else if let Some((_, file)) = transcript.files.last_mut() {
                file.push_str(&format!("{line}\n"));
            }
        }
    }
    assert!(!transcript.commands.is_empty(), "{name}: no command");
    assert!(remarks.is_empty(), "{name}: text below the last command");
    transcript
}

/// Writes the files below a folder. Empty lines at the end of a file are there for the reader of the transcript.
fn write_files(folder: &Path, transcript: &Transcript) {
    std::fs::create_dir_all(folder).expect("made");
    for (path, text) in &transcript.files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, format!("{}\n", text.trim_end_matches('\n'))).expect("written");
    }
}

/// Runs `NAME=value… paritygate argument… < file` as a shell would, in that folder.
fn run(binary: &Path, folder: &Path, line: &str) -> Answer {
    let mut command = Command::new(binary);
    command.current_dir(folder).env("LANG", "C.UTF-8").stdin(Stdio::null());
    for name in FOREIGN {
        command.env_remove(name);
    }
    let words = words(line);
    let mut words = words.iter();
    for word in words.by_ref().take_while(|word| *word != "paritygate") {
        let (name, value) = word.split_once('=').unwrap_or_else(|| panic!("`{line}` does not call paritygate"));
        command.env(name, value);
    }
    while let Some(word) = words.next() {
        if word == "<" {
            let path = folder.join(words.next().expect("a path after `<`"));
            command.stdin(std::fs::File::open(path).expect("a file after `<`"));
        } else {
            command.arg(word);
        }
    }
    let output = command.output().expect("runs");
    let text = |bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).expect("UTF-8").replace('\u{1b}', "␛");
        // On Windows, a program calls itself by the name of its file.
        text.replace("paritygate.exe", "paritygate")
    };
    Answer { out: text(output.stdout), err: text(output.stderr), exit: output.status.code().unwrap_or(-1) }
}

/// The words of a command; what stands between quotes is one.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// An answer as a transcript holds it.
fn shown(name: &str, command: &str, answer: &Answer) -> String {
    let Answer { out, err, exit } = answer;
    for text in [out, err] {
        assert!(text.is_empty() || text.ends_with('\n'), "{name}: `{command}` does not end its last line: {text}");
        assert!(!text.contains(CANARY), "{name}: `{command}` tells a secret: {text}");
        let is_ambiguous = |line: &str| line.starts_with("$ ") || line.starts_with("--- ");
        assert!(!text.lines().any(is_ambiguous), "{name}: `{command}` writes a line that a transcript can't hold");
    }
    let err = if err.is_empty() { String::new() } else { format!("--- stderr\n{err}") };
    format!("{out}{err}--- exit {exit}\n")
}

#[test]
fn commands_fall_apart_into_words() {
    assert_eq!(words("A=1 paritygate  check 'a b' \"\" c'd'"), ["A=1", "paritygate", "check", "a b", "", "cd"]);
}
