//! The address of a job manager, as a person writes it.

use reqwest::Url;

/// Why a text is no address of a job manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// It is no URL.
    #[error("is no address")]
    NoUrl,
    /// It is one of something else.
    #[error("is no address of a web server")]
    NoWebServer,
    /// Process lists and logs would have it.
    #[error("has a user or a password in it, which others could see")]
    HasPassword,
    /// Paths are added to it.
    #[error("has more than a host, a port and a path")]
    TooMuch,
}

/// Reads an address.
pub fn address(text: &str) -> Result<Url, BadAddress> {
    let base = Url::parse(text).map_err(|_| BadAddress::NoUrl)?;
    if !matches!(base.scheme(), "http" | "https") || base.host().is_none() {
        return Err(BadAddress::NoWebServer);
    }
    if !base.username().is_empty() || base.password().is_some() {
        return Err(BadAddress::HasPassword);
    }
    if base.query().is_some() || base.fragment().is_some() {
        return Err(BadAddress::TooMuch);
    }
    Ok(base)
}

/// What of an address may be shown: what stands before an @ or behind a question mark may let somebody in.
#[must_use]
pub fn shown(text: &str) -> &str {
    text.split(['?', '#']).next().filter(|shown| !shown.contains('@')).unwrap_or("…")
}
