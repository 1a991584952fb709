//! Serializers that jobs in Python use (flink-python). Bodies are those of their twins in the table runtime.

use super::reader::Reader;
use super::registry::{Body, Entry, simple};
use super::table::{array_data, decimal, map_data, row_data, timestamp};
use crate::format::Error;
use crate::model::SerializerBody;

const fn own(
    class: &'static str,
    version: i32,
    decode: for<'a> fn(i32, &mut Reader<'a>) -> Result<SerializerBody<'a>, Error>,
) -> Entry {
    Entry { class, versions: version..=version, body: Body::Own(decode) }
}

#[rustfmt::skip]
pub(super) const CLASSES: &[Entry] = &[
    simple("org.apache.flink.streaming.api.utils.ByteArrayWrapperSerializer$ByteArrayWrapperSerializerSnapshot", "org.apache.flink.streaming.api.utils.ByteArrayWrapper"),
    simple("org.apache.flink.table.runtime.typeutils.serializers.python.BigDecSerializer$BigDecSerializerSnapshot", "java.math.BigDecimal"),
    simple("org.apache.flink.table.runtime.typeutils.serializers.python.DateSerializer$DateSerializerSnapshot", "java.sql.Date"),
    simple("org.apache.flink.table.runtime.typeutils.serializers.python.StringSerializer$StringSerializerSnapshot", "java.lang.String"),
    simple("org.apache.flink.table.runtime.typeutils.serializers.python.TimeSerializer$TimeSerializerSnapshot", "java.sql.Time"),
    own("org.apache.flink.table.runtime.typeutils.serializers.python.ArrayDataSerializer$ArrayDataSerializerSnapshot", 1, array_data),
    own("org.apache.flink.table.runtime.typeutils.serializers.python.DecimalDataSerializer$DecimalSerializerSnapshot", 1, decimal),
    own("org.apache.flink.table.runtime.typeutils.serializers.python.MapDataSerializer$BaseMapSerializerSnapshot", 1, map_data),
    own("org.apache.flink.table.runtime.typeutils.serializers.python.RowDataSerializer$RowDataSerializerSnapshot", 3, row_data),
    own("org.apache.flink.table.runtime.typeutils.serializers.python.TimestampSerializer$TimestampSerializerSnapshot", 1, timestamp),
];
