//! The Scala API, which 2.0 removed, and its types in the Table API's bridge to Scala, which has a package of its own since then.
//!
//! ```text
//! utf class, i32 n, n × (utf constant, i32 id)      ScalaEnumSerializerSnapshot
//! ```

use super::composite::{empty, tuple_class};
use super::reader::Reader;
use super::registry::{Body, Entry, composite, simple};
use crate::format::Error;
use crate::format::Step;
use crate::format::error::Within;
use crate::model::{CompositeKind, Outer, ScalaEnumeration, SerializerBody};

#[rustfmt::skip]
pub(super) const CLASSES: &[Entry] = &[
    composite("org.apache.flink.api.scala.typeutils.ScalaCaseClassSerializerSnapshot", CompositeKind::CaseClass, tuple_class),
    composite("org.apache.flink.table.api.typeutils.ScalaCaseClassSerializerSnapshot", CompositeKind::CaseClass, tuple_class),
    composite("org.apache.flink.api.scala.typeutils.Tuple2CaseClassSerializerSnapshot", CompositeKind::CaseClass, tuple_class),
    composite("org.apache.flink.table.api.typeutils.Tuple2CaseClassSerializerSnapshot", CompositeKind::CaseClass, tuple_class),
    composite("org.apache.flink.api.scala.typeutils.ScalaEitherSerializerSnapshot", CompositeKind::Either, empty),
    composite("org.apache.flink.table.api.typeutils.ScalaEitherSerializerSnapshot", CompositeKind::Either, empty),
    composite("org.apache.flink.api.scala.typeutils.ScalaOptionSerializerSnapshot", CompositeKind::Option, empty),
    composite("org.apache.flink.table.api.typeutils.ScalaOptionSerializerSnapshot", CompositeKind::Option, empty),
    composite("org.apache.flink.api.scala.typeutils.ScalaTrySerializerSnapshot", CompositeKind::Try, empty),
    composite("org.apache.flink.table.api.typeutils.ScalaTrySerializerSnapshot", CompositeKind::Try, empty),
    composite("org.apache.flink.api.scala.typeutils.TraversableSerializerSnapshot", CompositeKind::Traversable, builder_code),
    composite("org.apache.flink.table.api.typeutils.TraversableSerializerSnapshot", CompositeKind::Traversable, builder_code),
    simple("org.apache.flink.api.scala.typeutils.NothingSerializerSnapshot", "scala.runtime.Nothing$"),
    simple("org.apache.flink.table.api.typeutils.NothingSerializerSnapshot", "scala.runtime.Nothing$"),
    simple("org.apache.flink.api.scala.typeutils.UnitSerializer$UnitSerializerSnapshot", "scala.Unit"),
    simple("org.apache.flink.table.api.typeutils.UnitSerializer$UnitSerializerSnapshot", "scala.Unit"),
    Entry { class: "org.apache.flink.api.scala.typeutils.ScalaEnumSerializerSnapshot", versions: 3..=3, body: Body::Own(enumeration) },
    Entry { class: "org.apache.flink.table.api.typeutils.ScalaEnumSerializerSnapshot", versions: 3..=3, body: Body::Own(enumeration) },
];

fn builder_code<'a>(_: i32, reader: &mut Reader<'a>) -> Result<Outer<'a>, Error> {
    Ok(Outer::BuilderCode(reader.input.utf()?))
}

fn enumeration<'a>(_: i32, reader: &mut Reader<'a>) -> Result<SerializerBody<'a>, Error> {
    let class = reader.input.utf()?;
    let count = reader.input.count(2 + 4).within(|| Step::Field("number of constants"))?;
    let mut constants = reader.input.vec_for(count);
    for _ in 0..count {
        constants.push((reader.input.utf()?, reader.input.i32()?));
    }
    Ok(SerializerBody::ScalaEnumeration(Box::new(ScalaEnumeration { class, constants })))
}
