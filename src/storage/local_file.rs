//! Files of this machine that are no part of any store: a plan, a file of numbers.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// A file that is there as a whole, or not at all: it is written beside its place, and moved there at the end.
#[derive(Debug)]
pub struct NewFile {
    file: NamedTempFile,
    path: PathBuf,
}

impl NewFile {
    /// Begins a file; what has its name stays as it is until the end.
    pub fn begin(path: &Path) -> io::Result<Self> {
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(".keepoint-");
        // As any other file of this user, and not readable for this user alone: others are to read plans and numbers.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        Ok(Self { file: builder.tempfile_in(directory)?, path: path.to_owned() })
    }

    /// Writes into it. What is written is there when the writer has been flushed.
    pub fn writer(&self) -> io::Result<Box<dyn Write + Send>> {
        Ok(Box::new(BufWriter::new(self.file.reopen()?)))
    }

    /// Where it is until it is kept.
    #[must_use]
    pub fn begun_at(&self) -> &Path {
        self.file.path()
    }

    /// Gives it its name. When this is done it outlasts the machine.
    pub fn keep(self) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        self.file.persist(&self.path)?;
        Ok(())
    }
}

/// Reads a file of this machine from its start.
pub fn read_local(path: &Path) -> io::Result<Box<dyn Read + Send>> {
    Ok(Box::new(BufReader::new(File::open(path)?)))
}

/// Opens a file of this machine to read it from any place.
pub fn open_local(path: &Path) -> io::Result<impl Read + Seek + Send + use<>> {
    Ok(BufReader::new(File::open(path)?))
}

/// Whether there is anything of this name.
pub fn is_there(path: &Path) -> io::Result<bool> {
    fs::exists(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_not_there_until_it_is_kept() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("plan");
        let file = NewFile::begin(&path).expect("a writable directory");
        let mut out = file.writer().expect("a writable file");
        out.write_all(b"all of it").expect("space");
        out.flush().expect("space");
        assert!(!is_there(&path).expect("a readable directory"));
        file.keep().expect("a writable directory");
        assert_eq!(fs::read(&path).expect("it is there"), b"all of it");
    }

    #[test]
    fn a_file_that_is_not_kept_leaves_what_was_there_before_and_nothing_else() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("plan");
        fs::write(&path, b"before").expect("a writable directory");
        drop(NewFile::begin(&path).expect("a writable directory"));
        assert_eq!(fs::read(&path).expect("it is there"), b"before");
        assert_eq!(fs::read_dir(directory.path()).expect("a readable directory").count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn others_may_read_it_as_the_mask_of_the_process_allows() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().expect("a directory");
        let (ordinary, path) = (directory.path().join("ordinary"), directory.path().join("plan"));
        fs::write(&ordinary, b"").expect("a writable directory");
        NewFile::begin(&path).and_then(NewFile::keep).expect("a writable directory");
        let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode();
        assert_eq!(mode(&path), mode(&ordinary));
    }
}
