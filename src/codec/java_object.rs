//! Java object serialization streams (`java.io.ObjectStreamConstants`, protocol version 2), read without any class.
//!
//! Flink puts such streams into metadata (checkpoint properties) and into serializer snapshots (logical types). They have no
//! length in front, so the only way to their end is through them.

use super::{DataInput, Error, ErrorKind, JavaStr, LongArray};

const MAGIC_AND_VERSION: i32 = 0xACED_0005_u32.cast_signed();
const BASE_HANDLE: i32 = 0x007E_0000;

const TC_NULL: u8 = 0x70;
const TC_REFERENCE: u8 = 0x71;
const TC_CLASSDESC: u8 = 0x72;
const TC_OBJECT: u8 = 0x73;
const TC_STRING: u8 = 0x74;
const TC_ARRAY: u8 = 0x75;
const TC_CLASS: u8 = 0x76;
const TC_BLOCKDATA: u8 = 0x77;
const TC_ENDBLOCKDATA: u8 = 0x78;
const TC_BLOCKDATALONG: u8 = 0x7A;
const TC_LONGSTRING: u8 = 0x7C;
const TC_PROXYCLASSDESC: u8 = 0x7D;
const TC_ENUM: u8 = 0x7E;

const SC_WRITE_METHOD: u8 = 0x01;
const SC_SERIALIZABLE: u8 = 0x02;
const SC_EXTERNALIZABLE: u8 = 0x04;
const SC_BLOCK_DATA: u8 = 0x08;

/// Objects inside objects and classes above classes. Flink's own streams stay below ten; a recursive reader needs an end.
const DEEPEST: usize = 100;

/// The place of a class, object, string, array or enum constant in its stream: its handle, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(usize);

/// A field's value or an array's element.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum JavaValue {
    /// `null`.
    Null,
    /// `boolean`.
    Boolean(bool),
    /// `byte`.
    Byte(i8),
    /// `char`, a UTF-16 unit.
    Char(u16),
    /// `short`.
    Short(i16),
    /// `int`.
    Int(i32),
    /// `long`.
    Long(i64),
    /// `float`.
    Float(f32),
    /// `double`.
    Double(f64),
    /// Anything that is an object.
    Reference(NodeId),
}

/// Something that took a handle.
#[derive(Debug, Clone, PartialEq)]
pub enum Node<'a> {
    /// `java.lang.String`.
    String(JavaStr<'a>),
    /// A class descriptor.
    ClassDesc(ClassDesc<'a>),
    /// A `java.lang.Class` object: its descriptor.
    Class(NodeId),
    /// An instance.
    Object(ObjectData<'a>),
    /// An array of primitives: its class and its elements as written.
    PrimitiveArray(NodeId, &'a [u8]),
    /// An array of objects: its class and its elements.
    ObjectArray(NodeId, Vec<JavaValue>),
    /// An enum constant: its class and its name (a string).
    Enum(NodeId, NodeId),
    /// Its handle is taken and its contents are still being read.
    Unfinished,
}

/// A class as its stream describes it (`java.io.ObjectStreamClass`).
#[derive(Debug, Clone, PartialEq)]
pub struct ClassDesc<'a> {
    /// Binary name; empty for a proxy.
    pub name: JavaStr<'a>,
    /// `serialVersionUID`; 0 for a proxy.
    pub serial_version_uid: i64,
    /// The nearest superclass that is serializable.
    pub super_class: Option<NodeId>,
    flags: u8,
    fields: Vec<Field<'a>>,
}

#[derive(Debug, Clone, PartialEq)]
struct Field<'a> {
    type_code: u8,
    name: JavaStr<'a>,
}

/// An instance: the values of its fields and what its classes wrote beside them.
#[derive(Debug, Clone, PartialEq)]
pub struct ObjectData<'a> {
    /// Its class.
    pub class: NodeId,
    /// Objects that `writeObject` or `writeExternal` methods wrote, in order.
    pub written_objects: Vec<JavaValue>,
    /// Primitive data that these methods wrote, in order.
    pub written_data: Vec<&'a [u8]>,
    /// Values from the topmost class down, in descriptor order.
    values: Vec<JavaValue>,
}

/// One object of a stream with everything it refers to.
#[derive(Debug, Clone, PartialEq)]
pub struct JavaObjectStream<'a> {
    /// The object that was written.
    pub root: JavaValue,
    nodes: Vec<Node<'a>>,
}

impl<'a> JavaObjectStream<'a> {
    /// Reads one object with its stream header and stops right behind its last byte, as `ObjectInputStream.readObject` does.
    ///
    /// A stream of more than `longest` bytes is refused: small objects take far more room in memory than in a stream.
    pub fn read(input: &mut DataInput<'a>, longest: usize) -> Result<Self, Error> {
        Self::read_nested(input, longest, DEEPEST)
    }

    /// The same with objects inside of objects down to a depth. Each level takes some kilobytes of stack.
    pub fn read_nested(input: &mut DataInput<'a>, longest: usize, deepest: usize) -> Result<Self, Error> {
        let mut limited = input.limited(longest);
        let stream = Self::read_all(&mut limited, deepest)?;
        input.skip_to(&limited);
        Ok(stream)
    }

    fn read_all(input: &mut DataInput<'a>, deepest: usize) -> Result<Self, Error> {
        let start = input.position();
        if input.i32()? != MAGIC_AND_VERSION {
            return Err(Error::new(start, ErrorKind::JavaObject("it does not start with AC ED 00 05")));
        }
        let mut reader = Reader { input, nodes: Vec::new(), depth: 0, deepest };
        let root = reader.value()?;
        let nodes = reader.nodes;
        Ok(Self { root, nodes })
    }

    /// What stands at this place.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Option<&Node<'a>> {
        self.nodes.get(id.0)
    }

    /// The object a value refers to.
    #[must_use]
    pub fn object(&self, value: JavaValue) -> Option<&ObjectData<'a>> {
        match self.referenced(value)? {
            Node::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The text a value refers to.
    #[must_use]
    pub fn string(&self, value: JavaValue) -> Option<JavaStr<'a>> {
        match self.referenced(value)? {
            Node::String(text) => Some(*text),
            _ => None,
        }
    }

    /// The name of the enum constant a value refers to.
    #[must_use]
    pub fn enum_constant(&self, value: JavaValue) -> Option<JavaStr<'a>> {
        match self.referenced(value)? {
            Node::Enum(_, name) => self.string(JavaValue::Reference(*name)),
            _ => None,
        }
    }

    /// The descriptor of an object's class.
    #[must_use]
    pub fn class(&self, object: &ObjectData<'a>) -> Option<&ClassDesc<'a>> {
        class_desc(&self.nodes, object.class)
    }

    /// The value of a field. Where a class and its superclass both have one of this name, the lower class's.
    #[must_use]
    pub fn field(&self, object: &ObjectData<'a>, name: &str) -> Option<JavaValue> {
        let hierarchy = hierarchy(&self.nodes, object.class)?;
        let classes = hierarchy.iter().filter_map(|class| class_desc(&self.nodes, *class));
        let fields = classes.flat_map(|class| &class.fields);
        fields.zip(&object.values).filter(|(field, _)| field.name == *name).last().map(|(_, value)| *value)
    }

    fn referenced(&self, value: JavaValue) -> Option<&Node<'a>> {
        match value {
            JavaValue::Reference(id) => self.node(id),
            _ => None,
        }
    }
}

fn class_desc<'n, 'a>(nodes: &'n [Node<'a>], id: NodeId) -> Option<&'n ClassDesc<'a>> {
    match nodes.get(id.0)? {
        Node::ClassDesc(class) => Some(class),
        _ => None,
    }
}

/// A class and its serializable superclasses, topmost first; `None` when there are more than a reader follows.
fn hierarchy(nodes: &[Node<'_>], class: NodeId) -> Option<Vec<NodeId>> {
    let mut classes = Vec::new();
    let mut next = Some(class);
    while let Some(id) = next {
        if classes.len() == DEEPEST {
            return None;
        }
        classes.push(id);
        next = class_desc(nodes, id)?.super_class;
    }
    classes.reverse();
    Some(classes)
}

struct Reader<'i, 'a> {
    input: &'i mut DataInput<'a>,
    nodes: Vec<Node<'a>>,
    depth: usize,
    deepest: usize,
}

impl<'a> Reader<'_, 'a> {
    fn malformed(&self, what: &'static str) -> Error {
        Error::new(self.input.position(), ErrorKind::JavaObject(what))
    }

    fn unexpected(&self, code: u8) -> Error {
        Error::new(self.input.position().saturating_sub(1), ErrorKind::JavaTypeCode { code })
    }

    fn new_handle(&mut self) -> NodeId {
        self.nodes.push(Node::Unfinished);
        NodeId(self.nodes.len() - 1)
    }

    fn finish(&mut self, id: NodeId, node: Node<'a>) {
        if let Some(slot) = self.nodes.get_mut(id.0) {
            *slot = node;
        }
    }

    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        if self.depth == self.deepest {
            return Err(Error::new(self.input.position(), ErrorKind::TooDeep { limit: self.deepest }));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn value(&mut self) -> Result<JavaValue, Error> {
        let code = self.input.u8()?;
        self.value_of(code)
    }

    fn value_of(&mut self, code: u8) -> Result<JavaValue, Error> {
        if code == TC_NULL {
            return Ok(JavaValue::Null);
        }
        let node = match code {
            TC_REFERENCE => self.reference()?,
            TC_STRING | TC_LONGSTRING => self.string_of(code)?,
            TC_OBJECT => self.nested(Self::object)?,
            TC_ARRAY => self.nested(Self::array)?,
            TC_ENUM => self.nested(Self::enum_constant)?,
            TC_CLASS => self.nested(Self::class)?,
            TC_CLASSDESC | TC_PROXYCLASSDESC => {
                self.nested(|reader| reader.class_desc_of(code))?.ok_or_else(|| self.unexpected(code))?
            }
            code => return Err(self.unexpected(code)),
        };
        Ok(JavaValue::Reference(node))
    }

    fn reference(&mut self) -> Result<NodeId, Error> {
        let handle = self.input.i32()?;
        let index = handle.checked_sub(BASE_HANDLE).and_then(|index| usize::try_from(index).ok());
        match index {
            Some(index) if index < self.nodes.len() => Ok(NodeId(index)),
            _ => Err(self.malformed("a reference to an object that has not been read")),
        }
    }

    fn string_of(&mut self, code: u8) -> Result<NodeId, Error> {
        let start = self.input.position();
        let text = if code == TC_LONGSTRING {
            let length = self.input.i64()?;
            let length = self.input.check_count(start, length, 1)?;
            JavaStr::from_modified_utf8(self.input.bytes(length)?)
                .ok_or_else(|| Error::new(start, ErrorKind::MalformedUtf8))?
        } else {
            self.input.utf()?
        };
        let id = self.new_handle();
        self.finish(id, Node::String(text));
        Ok(id)
    }

    /// A string where the protocol allows nothing else: written out, or a reference to one.
    fn string(&mut self) -> Result<NodeId, Error> {
        let code = self.input.u8()?;
        match code {
            TC_STRING | TC_LONGSTRING => self.string_of(code),
            TC_REFERENCE => {
                let id = self.reference()?;
                match self.nodes.get(id.0) {
                    Some(Node::String(_)) => Ok(id),
                    _ => Err(self.malformed("a reference to something else where a string has to be")),
                }
            }
            code => Err(self.unexpected(code)),
        }
    }

    fn class_desc(&mut self) -> Result<Option<NodeId>, Error> {
        let code = self.input.u8()?;
        self.nested(|reader| reader.class_desc_of(code))
    }

    fn some_class_desc(&mut self) -> Result<NodeId, Error> {
        self.class_desc()?.ok_or_else(|| self.malformed("an instance without a class"))
    }

    fn class_desc_of(&mut self, code: u8) -> Result<Option<NodeId>, Error> {
        match code {
            TC_NULL => Ok(None),
            TC_REFERENCE => {
                let id = self.reference()?;
                // A descriptor that is still being read cannot be anybody's class yet; this also keeps hierarchies free of circles.
                match class_desc(&self.nodes, id) {
                    Some(_) => Ok(Some(id)),
                    None => Err(self.malformed("a reference to something else where a class has to be")),
                }
            }
            TC_CLASSDESC => self.new_class_desc().map(Some),
            TC_PROXYCLASSDESC => self.new_proxy_class_desc().map(Some),
            code => Err(self.unexpected(code)),
        }
    }

    fn new_class_desc(&mut self) -> Result<NodeId, Error> {
        let name = self.input.utf()?;
        let serial_version_uid = self.input.i64()?;
        // The handle is taken before the fields: their type names may already refer to it.
        let id = self.new_handle();
        let flags = self.input.u8()?;
        let count = usize::from(self.input.u16()?);
        let mut fields = self.input.vec_for(count);
        for _ in 0..count {
            let type_code = self.input.u8()?;
            let name = self.input.utf()?;
            match type_code {
                b'B' | b'C' | b'D' | b'F' | b'I' | b'J' | b'S' | b'Z' => {}
                b'L' | b'[' => {
                    self.string()?;
                }
                code => return Err(self.unexpected(code)),
            }
            fields.push(Field { type_code, name });
        }
        self.annotation(&mut Vec::new(), &mut Vec::new())?;
        let super_class = self.class_desc()?;
        self.finish(id, Node::ClassDesc(ClassDesc { name, serial_version_uid, super_class, flags, fields }));
        Ok(id)
    }

    fn new_proxy_class_desc(&mut self) -> Result<NodeId, Error> {
        let id = self.new_handle();
        let interfaces = self.input.count(2)?;
        for _ in 0..interfaces {
            self.input.utf()?;
        }
        self.annotation(&mut Vec::new(), &mut Vec::new())?;
        let super_class = self.class_desc()?;
        let flags = SC_SERIALIZABLE;
        let name = JavaStr::default();
        let class = ClassDesc { name, serial_version_uid: 0, super_class, flags, fields: Vec::new() };
        self.finish(id, Node::ClassDesc(class));
        Ok(id)
    }

    fn annotation(&mut self, objects: &mut Vec<JavaValue>, data: &mut Vec<&'a [u8]>) -> Result<(), Error> {
        loop {
            match self.input.u8()? {
                TC_ENDBLOCKDATA => return Ok(()),
                TC_BLOCKDATA => {
                    let length = usize::from(self.input.u8()?);
                    data.push(self.input.bytes(length)?);
                }
                TC_BLOCKDATALONG => data.push(self.input.length_prefixed()?),
                code => objects.push(self.value_of(code)?),
            }
        }
    }

    fn object(&mut self) -> Result<NodeId, Error> {
        let class = self.some_class_desc()?;
        let id = self.new_handle();
        let hierarchy = hierarchy(&self.nodes, class)
            .ok_or_else(|| Error::new(self.input.position(), ErrorKind::TooDeep { limit: DEEPEST }))?;
        let mut object =
            ObjectData { class, written_objects: Vec::new(), written_data: Vec::new(), values: Vec::new() };
        for class in hierarchy {
            let (flags, fields) =
                class_desc(&self.nodes, class).map_or((0, 0), |class| (class.flags, class.fields.len()));
            if flags & SC_SERIALIZABLE != 0 {
                for field in 0..fields {
                    let value = self.field_value(class, field)?;
                    object.values.push(value);
                }
            } else if flags & SC_EXTERNALIZABLE == 0 || flags & SC_BLOCK_DATA == 0 {
                return Err(self.malformed("an object whose class alone knows where it ends"));
            }
            if flags & (SC_WRITE_METHOD | SC_EXTERNALIZABLE) != 0 {
                self.annotation(&mut object.written_objects, &mut object.written_data)?;
            }
        }
        self.finish(id, Node::Object(object));
        Ok(id)
    }

    /// The type is looked up, not handed in: a copy of a wide class in every nested object would be more than the file.
    fn field_value(&mut self, class: NodeId, field: usize) -> Result<JavaValue, Error> {
        let field = class_desc(&self.nodes, class).and_then(|class| class.fields.get(field));
        Ok(match field.map_or(0, |field| field.type_code) {
            b'B' => JavaValue::Byte(self.input.u8()?.cast_signed()),
            b'C' => JavaValue::Char(self.input.u16()?),
            b'D' => JavaValue::Double(f64::from_bits(self.input.i64()?.cast_unsigned())),
            b'F' => JavaValue::Float(f32::from_bits(self.input.i32()?.cast_unsigned())),
            b'I' => JavaValue::Int(self.input.i32()?),
            b'J' => JavaValue::Long(self.input.i64()?),
            b'S' => JavaValue::Short(self.input.u16()?.cast_signed()),
            b'Z' => JavaValue::Boolean(self.input.bool()?),
            _ => self.value()?,
        })
    }

    fn array(&mut self) -> Result<NodeId, Error> {
        let class = self.some_class_desc()?;
        let id = self.new_handle();
        let name = class_desc(&self.nodes, class).map_or(&[][..], |class| class.name.as_modified_utf8());
        let width = match name {
            [b'[', b'B' | b'Z', ..] => 1,
            [b'[', b'C' | b'S', ..] => 2,
            [b'[', b'I' | b'F', ..] => 4,
            [b'[', b'J' | b'D', ..] => LongArray::ELEMENT,
            [b'[', b'L' | b'[', ..] => 0,
            _ => return Err(self.malformed("an array whose class is not one")),
        };
        let count = self.input.count(width.max(1))?;
        let node = if width > 0 {
            Node::PrimitiveArray(class, self.input.bytes(count.saturating_mul(width))?)
        } else {
            // Nothing is reserved: each array in an array could promise all that is left.
            let mut elements = Vec::new();
            for _ in 0..count {
                elements.push(self.value()?);
            }
            Node::ObjectArray(class, elements)
        };
        self.finish(id, node);
        Ok(id)
    }

    fn enum_constant(&mut self) -> Result<NodeId, Error> {
        let class = self.some_class_desc()?;
        let id = self.new_handle();
        let name = self.string()?;
        self.finish(id, Node::Enum(class, name));
        Ok(id)
    }

    fn class(&mut self) -> Result<NodeId, Error> {
        let class = self.some_class_desc()?;
        let id = self.new_handle();
        self.finish(id, Node::Class(class));
        Ok(id)
    }
}
