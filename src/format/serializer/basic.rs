//! Basic types of Flink's core: classes that are all there is to say.
//!
//! ```text
//! nothing                              SimpleTypeSerializerSnapshot, version 3
//! utf class of the serializer          SimpleTypeSerializerSnapshot, version 2 (release 1.7)
//! utf class of the values              GenericTypeSerializerSnapshot
//! ```

use super::reader::Reader;
use super::registry::{Entry, generic_class as class_only, simple as basic};
use crate::format::Error;
use crate::model::SerializerBody;

/// The version in which the class of the serializer is repeated.
const WITH_SERIALIZER_CLASS: i32 = 2;

#[rustfmt::skip]
pub(super) const CLASSES: &[Entry] = &[
    basic("org.apache.flink.api.common.typeutils.base.BigDecSerializer$BigDecSerializerSnapshot", "java.math.BigDecimal"),
    basic("org.apache.flink.api.common.typeutils.base.BigIntSerializer$BigIntSerializerSnapshot", "java.math.BigInteger"),
    basic("org.apache.flink.api.common.typeutils.base.BitmapSerializer$BitmapSerializerSnapshot", "org.apache.flink.types.bitmap.Bitmap"),
    basic("org.apache.flink.api.common.typeutils.base.BooleanSerializer$BooleanSerializerSnapshot", "java.lang.Boolean"),
    basic("org.apache.flink.api.common.typeutils.base.BooleanValueSerializer$BooleanValueSerializerSnapshot", "org.apache.flink.types.BooleanValue"),
    basic("org.apache.flink.api.common.typeutils.base.ByteSerializer$ByteSerializerSnapshot", "java.lang.Byte"),
    basic("org.apache.flink.api.common.typeutils.base.ByteValueSerializer$ByteValueSerializerSnapshot", "org.apache.flink.types.ByteValue"),
    basic("org.apache.flink.api.common.typeutils.base.CharSerializer$CharSerializerSnapshot", "java.lang.Character"),
    basic("org.apache.flink.api.common.typeutils.base.CharValueSerializer$CharValueSerializerSnapshot", "org.apache.flink.types.CharValue"),
    basic("org.apache.flink.api.common.typeutils.base.DateSerializer$DateSerializerSnapshot", "java.util.Date"),
    basic("org.apache.flink.api.common.typeutils.base.DoubleSerializer$DoubleSerializerSnapshot", "java.lang.Double"),
    basic("org.apache.flink.api.common.typeutils.base.DoubleValueSerializer$DoubleValueSerializerSnapshot", "org.apache.flink.types.DoubleValue"),
    basic("org.apache.flink.api.common.typeutils.base.FloatSerializer$FloatSerializerSnapshot", "java.lang.Float"),
    basic("org.apache.flink.api.common.typeutils.base.FloatValueSerializer$FloatValueSerializerSnapshot", "org.apache.flink.types.FloatValue"),
    basic("org.apache.flink.api.common.typeutils.base.InstantSerializer$InstantSerializerSnapshot", "java.time.Instant"),
    basic("org.apache.flink.api.common.typeutils.base.IntSerializer$IntSerializerSnapshot", "java.lang.Integer"),
    basic("org.apache.flink.api.common.typeutils.base.IntValueSerializer$IntValueSerializerSnapshot", "org.apache.flink.types.IntValue"),
    basic("org.apache.flink.api.common.typeutils.base.LocalDateSerializer$LocalDateSerializerSnapshot", "java.time.LocalDate"),
    basic("org.apache.flink.api.common.typeutils.base.LocalDateTimeSerializer$LocalDateTimeSerializerSnapshot", "java.time.LocalDateTime"),
    basic("org.apache.flink.api.common.typeutils.base.LocalTimeSerializer$LocalTimeSerializerSnapshot", "java.time.LocalTime"),
    basic("org.apache.flink.api.common.typeutils.base.LongSerializer$LongSerializerSnapshot", "java.lang.Long"),
    basic("org.apache.flink.api.common.typeutils.base.LongValueSerializer$LongValueSerializerSnapshot", "org.apache.flink.types.LongValue"),
    basic("org.apache.flink.api.common.typeutils.base.NullValueSerializer$NullValueSerializerSnapshot", "org.apache.flink.types.NullValue"),
    basic("org.apache.flink.api.common.typeutils.base.ShortSerializer$ShortSerializerSnapshot", "java.lang.Short"),
    basic("org.apache.flink.api.common.typeutils.base.ShortValueSerializer$ShortValueSerializerSnapshot", "org.apache.flink.types.ShortValue"),
    basic("org.apache.flink.api.common.typeutils.base.SqlDateSerializer$SqlDateSerializerSnapshot", "java.sql.Date"),
    basic("org.apache.flink.api.common.typeutils.base.SqlTimeSerializer$SqlTimeSerializerSnapshot", "java.sql.Time"),
    basic("org.apache.flink.api.common.typeutils.base.SqlTimestampSerializer$SqlTimestampSerializerSnapshot", "java.sql.Timestamp"),
    basic("org.apache.flink.api.common.typeutils.base.StringSerializer$StringSerializerSnapshot", "java.lang.String"),
    basic("org.apache.flink.api.common.typeutils.base.StringValueSerializer$StringValueSerializerSnapshot", "org.apache.flink.types.StringValue"),
    basic("org.apache.flink.api.common.typeutils.base.VariantSerializer$VariantSerializerSnapshot", "org.apache.flink.types.variant.Variant"),
    basic("org.apache.flink.api.common.typeutils.base.VoidSerializer$VoidSerializerSnapshot", "java.lang.Void"),
    basic("org.apache.flink.api.common.typeutils.base.array.BooleanPrimitiveArraySerializer$BooleanPrimitiveArraySerializerSnapshot", "boolean[]"),
    basic("org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer$BytePrimitiveArraySerializerSnapshot", "byte[]"),
    basic("org.apache.flink.api.common.typeutils.base.array.CharPrimitiveArraySerializer$CharPrimitiveArraySerializerSnapshot", "char[]"),
    basic("org.apache.flink.api.common.typeutils.base.array.DoublePrimitiveArraySerializer$DoublePrimitiveArraySerializerSnapshot", "double[]"),
    basic("org.apache.flink.api.common.typeutils.base.array.FloatPrimitiveArraySerializer$FloatPrimitiveArraySerializerSnapshot", "float[]"),
    basic("org.apache.flink.api.common.typeutils.base.array.IntPrimitiveArraySerializer$IntPrimitiveArraySerializerSnapshot", "int[]"),
    basic("org.apache.flink.api.common.typeutils.base.array.LongPrimitiveArraySerializer$LongPrimitiveArraySerializerSnapshot", "long[]"),
    basic("org.apache.flink.api.common.typeutils.base.array.ShortPrimitiveArraySerializer$ShortPrimitiveArraySerializerSnapshot", "short[]"),
    basic("org.apache.flink.api.common.typeutils.base.array.StringArraySerializer$StringArraySerializerSnapshot", "java.lang.String[]"),
    basic("org.apache.flink.api.java.typeutils.runtime.Tuple0SerializerSnapshot", "org.apache.flink.api.java.tuple.Tuple0"),
    class_only("org.apache.flink.api.java.typeutils.runtime.CopyableValueSerializer$CopyableValueSerializerSnapshot"),
    class_only("org.apache.flink.api.java.typeutils.runtime.ValueSerializer$ValueSerializerSnapshot"),
    class_only("org.apache.flink.api.java.typeutils.runtime.WritableSerializer$WritableSerializerSnapshot"),
];

pub(super) fn simple<'a>(
    version: i32,
    java_type: &'static str,
    reader: &mut Reader<'a>,
) -> Result<SerializerBody<'a>, Error> {
    if version == WITH_SERIALIZER_CLASS {
        reader.input.utf()?;
    }
    Ok(SerializerBody::Simple(java_type))
}

pub(super) fn generic_class<'a>(reader: &mut Reader<'a>) -> Result<SerializerBody<'a>, Error> {
    Ok(SerializerBody::GenericClass(reader.input.utf()?))
}
