//! The wrappers that give values a time of expiry. Whether a state has one is compared for itself (rule `ttl`), so types are compared
//! without them.

use std::borrow::Cow;

use super::class_of;
use crate::report::Type;

/// The type without wrappers: of the value itself, of the elements of a list, of the values of a map.
pub(in crate::compat) fn without_ttl(r#type: &Type) -> Cow<'_, Type> {
    match class_of(r#type) {
        "TtlAwareSerializerSnapshot" => match r#type.parameters.first() {
            Some(inner) => without_ttl(inner),
            None => Cow::Borrowed(r#type),
        },
        "TtlStateFactory$TtlSerializerSnapshot" => match r#type.parameters.last() {
            Some(inner) => Cow::Borrowed(inner),
            None => Cow::Borrowed(r#type),
        },
        "ListSerializerSnapshot" | "ArrayListSerializerSnapshot" | "MapSerializerSnapshot" | "" => {
            let Some(last) = r#type.parameters.last() else { return Cow::Borrowed(r#type) };
            match without_ttl(last) {
                Cow::Borrowed(same) if std::ptr::eq(same, last) => Cow::Borrowed(r#type),
                inner => {
                    let inner = inner.into_owned();
                    let mut bare = r#type.clone();
                    if let Some(last) = bare.parameters.last_mut() {
                        *last = inner;
                    }
                    Cow::Owned(bare)
                }
            }
        }
        _ => Cow::Borrowed(r#type),
    }
}
