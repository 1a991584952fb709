//! Writing XML as S3 does, and the two ways in which a key can stand in it.

use std::borrow::Cow;

/// What must not stand in the text of an element. S3 writes control characters as references, although XML 1.0 knows only
/// three of them: that is why `encoding-type=url` exists.
fn is_special(byte: u8) -> bool {
    matches!(byte, b'&' | b'<' | b'>' | b'"') || byte < 0x20
}

/// A document that is being written.
#[derive(Debug, Default)]
pub(crate) struct Xml {
    text: String,
}

impl Xml {
    /// A document, with its declaration.
    pub(crate) fn document() -> Self {
        Self { text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned() }
    }

    /// A part of a document.
    pub(crate) fn part(capacity: usize) -> Self {
        Self { text: String::with_capacity(capacity) }
    }

    /// `<name>`.
    pub(crate) fn open(&mut self, name: &str) {
        self.text.push('<');
        self.text.push_str(name);
        self.text.push('>');
    }

    /// `<name>` of a result, in the namespace of S3.
    pub(crate) fn open_result(&mut self, name: &str) {
        self.text.push('<');
        self.text.push_str(name);
        self.text.push_str(" xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
    }

    /// `</name>`.
    pub(crate) fn close(&mut self, name: &str) {
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push('>');
    }

    /// `<name>value</name>`.
    pub(crate) fn text(&mut self, name: &str, value: &str) {
        self.open(name);
        self.escaped(value);
        self.close(name);
    }

    /// Makes room for so many bytes more.
    pub(crate) fn reserve(&mut self, bytes: usize) {
        self.text.reserve(bytes);
    }

    /// Text that needs no escaping, such as markup.
    pub(crate) fn raw(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Text with everything escaped that must not stand in an element.
    pub(crate) fn escaped(&mut self, value: &str) {
        let mut rest = value;
        while let Some(position) = rest.bytes().position(is_special) {
            self.text.push_str(&rest[..position]);
            match rest.as_bytes()[position] {
                b'&' => self.text.push_str("&amp;"),
                b'<' => self.text.push_str("&lt;"),
                b'>' => self.text.push_str("&gt;"),
                b'"' => self.text.push_str("&quot;"),
                control => {
                    self.text.push_str("&#");
                    self.text.push_str(&control.to_string());
                    self.text.push(';');
                }
            }
            rest = &rest[position + 1..];
        }
        self.text.push_str(rest);
    }

    /// Bytes so far.
    pub(crate) fn len(&self) -> usize {
        self.text.len()
    }

    /// What was written.
    pub(crate) fn finish(self) -> String {
        self.text
    }
}

/// A key with `encoding-type=url`: as in a form, with `/` left as it is. The reference shows `test_file(3).png` as
/// `test_file%283%29.png`; a space becomes `+`.
pub(crate) fn url_encoded(key: &str) -> Cow<'_, str> {
    if key.bytes().all(is_unreserved) {
        return Cow::Borrowed(key);
    }
    let mut encoded = String::with_capacity(key.len());
    for byte in key.bytes() {
        match byte {
            byte if is_unreserved(byte) => encoded.push(char::from(byte)),
            b' ' => encoded.push('+'),
            byte => {
                const HEX: &[u8; 16] = b"0123456789ABCDEF";
                encoded.push('%');
                encoded.push(char::from(HEX[usize::from(byte >> 4)]));
                encoded.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
    Cow::Owned(encoded)
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'*' | b'/')
}
