//! The texts of an application's archive: every class file in it, and in the archives inside it.
//!
//! Nothing here trusts the archive: what is inflated is bounded for each entry and in all, and so are the entries and the depth. What
//! is left out for that reason, is encrypted, or is no class file that this keepoint understands, is named; the rest is read.

mod class_file;

use std::io::{self, Cursor, Read, Seek, SeekFrom};

use memchr::memmem;
use zip::ZipArchive;
use zip::result::ZipError;

use crate::codec::JavaStr;

pub use class_file::{ClassFileError, Texts, texts};

/// How much of an archive is read at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one class file.
    pub class_bytes: u64,
    /// Bytes of one archive inside an archive; it is held in memory.
    pub nested_bytes: u64,
    /// Bytes that are inflated in all.
    pub total_bytes: u64,
    /// Entries of one archive: what a directory of entries takes in memory is many times what it takes in a file.
    pub entries: usize,
    /// Archives around a class file.
    pub depth: usize,
}

impl Default for Limits {
    /// Several times what the largest application archives have.
    fn default() -> Self {
        Self { class_bytes: 16 << 20, nested_bytes: 256 << 20, total_bytes: 4 << 30, entries: 250_000, depth: 4 }
    }
}

/// Why an archive could not be read at all.
#[derive(Debug, thiserror::Error)]
pub enum JarError {
    /// It is no archive, or its directory is damaged.
    #[error("not a jar file that can be read: {0}")]
    NotAJar(#[source] ZipError),
    /// Its directory would take too much memory.
    #[error("has more than {0} entries")]
    TooManyEntries(usize),
    /// It could not be read.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// An entry that was not read, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Path in the archive; `!/` leads into an archive inside.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// What was read of an archive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scan {
    /// Class files that were read.
    pub classes: u64,
    /// Archives inside the archive that were opened.
    pub nested: u64,
    /// Texts that are put together when the program runs: recipes of concatenations, of which no constant tells the outcome.
    pub recipes: u64,
    /// Entries that should have been read and were not.
    pub unread: u64,
    /// The first of them.
    pub examples: Vec<Unread>,
}

/// How many entries that were not read are named.
const EXAMPLES: usize = 10;

/// What stands for the dynamic parts in the recipe of a concatenation (`StringConcatFactory.makeConcatWithConstants`).
const RECIPE_MARK: char = '\u{1}';

/// Begins each entry in the directory of an archive.
const DIRECTORY_ENTRY: &[u8] = b"PK\x01\x02";

/// Reads all class files and calls `show` with each of their texts and the path of the class file.
///
/// Names of classes come as `Class.getName`, `getCanonicalName` and `getSimpleName` give them, too.
pub fn scan(archive: impl Read + Seek, limits: &Limits, show: &mut dyn FnMut(&str, &str)) -> Result<Scan, JarError> {
    let mut scanner = Scanner { limits, show, inflated: 0, scan: Scan::default() };
    scanner.archive(archive, "", 0)?;
    Ok(scanner.scan)
}

struct Scanner<'a> {
    limits: &'a Limits,
    show: &'a mut dyn FnMut(&str, &str),
    inflated: u64,
    scan: Scan,
}

impl Scanner<'_> {
    fn archive<R: Read + Seek>(&mut self, mut archive: R, prefix: &str, depth: usize) -> Result<(), JarError> {
        if has_more_entries_than(&mut archive, self.limits.entries)? {
            return Err(JarError::TooManyEntries(self.limits.entries));
        }
        let mut archive = ZipArchive::new(archive).map_err(JarError::NotAJar)?;
        for index in 0..archive.len() {
            let name = match archive.name_for_index(index) {
                Some(Ok(name)) => name.into_owned(),
                Some(Err(_)) | None => format!("entry {index}"),
            };
            let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
            let is_class = extension.eq_ignore_ascii_case("class");
            let is_archive = ["jar", "war", "ear"].iter().any(|each| extension.eq_ignore_ascii_case(each));
            if !is_class && !is_archive {
                continue;
            }
            let path = format!("{prefix}{name}");
            if is_archive && depth + 1 >= self.limits.depth {
                self.unread(path, format!("an archive in more than {} others", self.limits.depth - 1));
                continue;
            }
            let longest = if is_class { self.limits.class_bytes } else { self.limits.nested_bytes };
            let bytes = match self.inflate(&mut archive, index, longest) {
                Ok(bytes) => bytes,
                Err(reason) => {
                    self.unread(path, reason);
                    continue;
                }
            };
            if is_class {
                self.class(&bytes, path);
            } else {
                self.scan.nested += 1;
                if let Err(error) = self.archive(Cursor::new(bytes), &format!("{path}!/"), depth + 1) {
                    self.unread(path, error.to_string());
                }
            }
        }
        Ok(())
    }

    /// The bytes of an entry, unless they are too many or cannot be had.
    fn inflate<R: Read + Seek>(
        &mut self,
        archive: &mut ZipArchive<R>,
        index: usize,
        longest: u64,
    ) -> Result<Vec<u8>, String> {
        let left = self.limits.total_bytes.saturating_sub(self.inflated);
        if left == 0 {
            return Err(format!("{} bytes have been inflated before it, and no more are", self.limits.total_bytes));
        }
        let entry = archive.by_index(index).map_err(|error| error.to_string())?;
        let allowed = longest.min(left);
        let mut bytes = Vec::new();
        let outcome = entry.take(allowed + 1).read_to_end(&mut bytes);
        let length = bytes.len() as u64;
        self.inflated = self.inflated.saturating_add(length);
        outcome.map_err(|error| error.to_string())?;
        if length > longest {
            return Err(format!("larger than {longest} bytes"));
        }
        if length > left {
            return Err(format!("more than {} bytes in all are not inflated", self.limits.total_bytes));
        }
        Ok(bytes)
    }

    fn class(&mut self, bytes: &[u8], path: String) {
        let read = match texts(bytes) {
            Ok(read) => read,
            Err(error) => return self.unread(path, error.to_string()),
        };
        self.scan.classes += 1;
        for text in &read.texts {
            let text = text.to_str();
            self.scan.recipes += u64::from(text.contains(RECIPE_MARK));
            (self.show)(&text, &path);
        }
        for name in &read.class_names {
            each_class_name(*name, &mut |name| (self.show)(name, &path));
        }
    }

    fn unread(&mut self, path: String, reason: String) {
        self.scan.unread += 1;
        if self.scan.examples.len() < EXAMPLES {
            self.scan.examples.push(Unread { path, reason });
        }
    }
}

/// `com/acme/Job$Inner` as `com.acme.Job$Inner`, `com.acme.Job.Inner` and `Inner`. Classes of arrays have no such names.
fn each_class_name(name: JavaStr<'_>, show: &mut dyn FnMut(&str)) {
    let name = name.to_str();
    if name.starts_with('[') {
        return;
    }
    let name = name.replace('/', ".");
    show(&name);
    let without_package = name.rsplit('.').next().unwrap_or(&name);
    show(without_package);
    if name.contains('$') {
        let canonical = name.replace('$', ".");
        show(&canonical);
        show(canonical.rsplit('.').next().unwrap_or(&canonical));
    }
}

/// Whether there are more entries. An entry inside a stored archive counts as one of the outer archive, too.
fn has_more_entries_than(archive: &mut (impl Read + Seek), most: usize) -> io::Result<bool> {
    let finder = memmem::Finder::new(DIRECTORY_ENTRY);
    let overlap = DIRECTORY_ENTRY.len() - 1;
    let mut chunk = vec![0; 256 << 10];
    let (mut kept, mut entries) = (0, 0);
    archive.seek(SeekFrom::Start(0))?;
    while let Some(free) = chunk.get_mut(kept..) {
        let read = archive.read(free)?;
        if read == 0 {
            break;
        }
        let filled = kept + read;
        let bytes = chunk.get(..filled).unwrap_or_default();
        entries += finder.find_iter(bytes).count();
        if entries > most {
            return Ok(true);
        }
        kept = filled.min(overlap);
        chunk.copy_within(filled - kept..filled, 0);
    }
    archive.seek(SeekFrom::Start(0))?;
    Ok(false)
}
