//! Files read and written: whole or not at all, and what is said when it does not work.

use std::io::Write;
use std::path::Path;

use euthymia_diagnostics::render::{Style, text};
use euthymia_io::atomic::{self, AtomicFile};
use euthymia_io::library::Library;
use euthymia_io::{IoError, csv, read_source};

fn names(folder: &Path) -> Vec<String> {
    let entries = folder
        .read_dir()
        .map(|entries| entries.filter_map(Result::ok).collect::<Vec<_>>());
    entries
        .unwrap_or_default()
        .iter()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

#[test]
fn a_file_appears_when_it_is_finished_and_not_before() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/summary.json");
    let mut file = AtomicFile::create(&path).unwrap();
    file.write_all(b"{}").unwrap();
    assert!(!path.exists());
    file.finish().unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"{}");
    assert_eq!(names(path.parent().unwrap()), ["summary.json"]);
}

#[test]
fn an_unfinished_file_leaves_the_old_one_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("summary.json");
    atomic::write(&path, b"old").unwrap();
    let mut file = AtomicFile::create(&path).unwrap();
    file.write_all(b"new").unwrap();
    drop(file);
    assert_eq!(std::fs::read(&path).unwrap(), b"old");
    assert_eq!(names(folder.path()), ["summary.json"]);
    atomic::write(&path, b"new").unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"new");
}

#[test]
fn what_is_begun_can_be_removed_without_unwinding() {
    let folder = tempfile::tempdir().unwrap();
    let file = AtomicFile::create(folder.path().join("a.json")).unwrap();
    // As a program does that ends without running destructors. Other tests of this process may have begun files, too;
    // removing theirs would fail them, so this looks at the folder alone.
    std::mem::forget(file);
    assert_eq!(names(folder.path()).len(), 1);
    let begun = folder.path().join(&names(folder.path())[0]);
    assert!(begun.to_string_lossy().ends_with(".part"));
    atomic::remove_unfinished_in(folder.path());
    assert_eq!(names(folder.path()), [""; 0]);
}

#[cfg(unix)]
#[test]
fn others_may_read_a_new_file_as_any_other() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (ours, plain) = (folder.path().join("a"), folder.path().join("b"));
    atomic::write(&ours, b"").unwrap();
    std::fs::write(&plain, b"").unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&ours), mode(&plain));
}

/// The message with the folder left out.
fn said(error: &IoError, folder: &Path) -> String {
    let shown = text(
        &[error.diagnostic()],
        Style {
            colour: false,
            width: 100,
        },
    );
    shown
        .replace(&format!("{}/", folder.display()), "")
        .replace(&folder.display().to_string(), "FOLDER")
}

#[test]
fn failures_name_the_file_the_reason_and_the_file_probably_meant() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("course.toml"), b"title").unwrap();
    std::fs::write(at("latin1.toml"), b"title = \"Gr\xf6\xdfe\"").unwrap();
    std::fs::create_dir(at("out")).unwrap();
    let said_of = |error: IoError| said(&error, folder.path());
    assert_eq!(
        said_of(read_source(at("corse.toml")).unwrap_err()),
        "error[I001]: cannot read `corse.toml`: no such file or directory\n |\n = help: did you mean `course.toml`?\n\n1 error\n"
    );
    assert_eq!(
        said_of(read_source(at("nowhere/course.toml")).unwrap_err()),
        "error[I001]: cannot read `nowhere/course.toml`: no such file or directory\n |\n = help: there is no folder `nowhere`\n\n1 error\n"
    );
    let latin = said_of(read_source(at("latin1.toml")).unwrap_err());
    assert!(
        latin.contains("line 1: it is not UTF-8 text") && latin.contains("save the file as UTF-8"),
        "{latin}"
    );
    let directory = said_of(read_source(at("out")).unwrap_err());
    assert!(
        directory.contains("cannot read `out`: it is not a file"),
        "{directory}"
    );
    let onto = said_of(atomic::write(at("out"), b"").unwrap_err());
    assert!(onto.contains("cannot write `out`: it is not a file"), "{onto}");
    let below = said_of(atomic::write(at("course.toml/summary.csv"), b"").unwrap_err());
    assert!(
        below.starts_with("error[I002]: cannot write `course.toml/summary.csv`: "),
        "{below}"
    );
}

#[test]
fn a_mark_at_the_beginning_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.toml");
    std::fs::write(&path, "\u{feff}a = 1").unwrap();
    assert_eq!(read_source(&path).unwrap().text(), "a = 1");
}

#[test]
fn a_table_is_written_with_quotes_where_they_are_needed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("summary.csv");
    csv::write_table(&path, &["time_h", "label"], [["0", "a, \"b\""], ["24", "c\nd"]]).unwrap();
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        "time_h,label\n0,\"a, \"\"b\"\"\"\n24,\"c\nd\"\n"
    );
    let ragged = csv::write_table(&path, &["a", "b"], [vec!["1"]])
        .unwrap_err()
        .to_string();
    assert!(ragged.ends_with("1 values for 2 columns"), "{ragged}");
    assert_eq!(names(folder.path()), ["summary.csv"]);
}

#[test]
fn the_library_inside_the_program_is_the_one_on_disk() {
    let on_disk = Library::Folder(concat!(env!("CARGO_MANIFEST_DIR"), "/../../library").into());
    let inside = Library::Embedded;
    assert_eq!(inside.course_names().unwrap(), on_disk.course_names().unwrap());
    for (folder, extension) in [
        ("courses", "toml"),
        ("models", "R"),
        ("drugs", "toml"),
        ("evidence", "csv"),
    ] {
        let paths = inside.list(folder, extension).unwrap();
        assert!(!paths.is_empty(), "{folder}");
        assert_eq!(paths, on_disk.list(folder, extension).unwrap());
        for path in paths {
            let source = inside.read(&path).unwrap();
            assert_eq!(source.name(), format!("library/{path}"));
            assert_eq!(source.text(), on_disk.read(&path).unwrap().text(), "{path}");
        }
    }
}

#[test]
fn a_course_that_is_not_there_is_answered_with_the_nearest() {
    let course = Library::Embedded
        .course_names()
        .unwrap()
        .into_iter()
        .next()
        .unwrap();
    assert_eq!(
        Library::Embedded.course(&course).unwrap().name(),
        format!("library/courses/{course}.toml")
    );
    let error = Library::Embedded.course(&format!("{course}x")).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("cannot read `{course}x`: the library has no such course")
    );
    assert_eq!(error.diagnostic().help, [format!("did you mean `{course}`?")]);
    assert!(Library::Embedded.read("models/none.R").is_err());
    assert!(Library::Embedded.course("../sources").is_err());
    assert_eq!(Library::Embedded.list("none", "toml").unwrap(), [""; 0]);
}
