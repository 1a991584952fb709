//! Names of fields and enum values as the outputs write them; the implementations are generated from the schema.

/// A message whose fields can be listed, for outputs that need a header before the first record.
pub trait FieldNames {
    /// The field names, in the order of the schema.
    const FIELD_NAMES: &'static [&'static str];
}

/// An enum whose values have a bare name: lower `snake_case`, without the prefix that proto requires.
pub trait ValueName {
    /// The bare name, such as `split_list` for `STATE_KIND_SPLIT_LIST`.
    fn value_name(self) -> &'static str;
}
