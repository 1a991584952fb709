//! Rows of the Table API (`RowDataSerializerSnapshot`): the logical types must be equal, with whether they can be null.

use super::{Nested, Resolution, details};
use crate::report::Type;

pub(super) fn row_data(into: &mut Nested<'_>, old: &Type, new: &Type) -> Resolution {
    let (one, other) = (details(old).sql_types, details(new).sql_types);
    if one != other {
        let why = format!("was ROW<{}>, is ROW<{}>", one.join(", "), other.join(", "));
        return Resolution::incompatible(into.path, why);
    }
    let mut resolution = Resolution::as_is();
    for (index, (one, other)) in old.fields.iter().zip(&new.fields).enumerate() {
        resolution.and(into.resolve(&format!(".{index}"), one.r#type.as_ref(), other.r#type.as_ref()));
    }
    resolution
}
