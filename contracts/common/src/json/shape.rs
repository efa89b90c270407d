//! `json!`: a type, and its readers and writers from the list of its names.

/// A field's name without the `r#` of Rust's reserved words.
pub const fn name_of(field: &'static str) -> &'static str {
    match field.as_bytes() {
        [b'r', b'#', name @ ..] => match std::str::from_utf8(name) {
            Ok(name) => name,
            Err(_) => field,
        },
        _ => field,
    }
}

/// Bytes of the name of a variant in JSON: `SetStatus` is `set_status`.
pub const fn snake_len(variant: &str) -> usize {
    let bytes = variant.as_bytes();
    let (mut len, mut at) = (bytes.len(), 1);
    while at < bytes.len() {
        if bytes[at].is_ascii_uppercase() {
            len += 1;
        }
        at += 1;
    }
    len
}

pub const fn snake<const N: usize>(variant: &str) -> [u8; N] {
    let bytes = variant.as_bytes();
    let (mut out, mut end, mut at) = ([b'_'; N], 0, 0);
    while at < bytes.len() {
        if at > 0 && bytes[at].is_ascii_uppercase() {
            end += 1;
        }
        out[end] = bytes[at].to_ascii_lowercase();
        end += 1;
        at += 1;
    }
    out
}

/// Defines a struct or an enum and what its modes ask for:
/// - `read`: a reader that skips unknown fields; `strict`: one that refuses them in a struct
/// - `write`: a writer, absent fields are null; `sparse`: one that leaves them out
///
/// Names of fields are those of Rust, or follow the type (`kind: Kind = "do"`). Names of variants are in
/// lower case with underscores.
#[macro_export]
macro_rules! json {
    ([$($mode:ident)+] $(#[$meta:meta])* $vis:vis struct $name:ident $body:tt) => {
        $crate::json_struct! { [$(#[$meta])* $vis struct $name] $body }
        $($crate::json_mode! { $mode struct $name $body })+
    };
    ([$($mode:ident)+] $(#[$meta:meta])* $vis:vis enum $name:ident $body:tt) => {
        $(#[$meta])* $vis enum $name $body
        $($crate::json_mode! { $mode enum $name $body })+
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! json_struct {
    ([$($head:tt)*] {
        $($(#[$meta:meta])* $vis:vis $field:ident : $type:ty $(= $label:literal)?),* $(,)?
    }) => {
        $($head)* { $($(#[$meta])* $vis $field: $type),* }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! json_mode {
    (read struct $name:ident $body:tt) => {
        $crate::json_read! { false $name $body }
    };
    (strict struct $name:ident $body:tt) => {
        $crate::json_read! { true $name $body }
    };
    (write struct $name:ident $body:tt) => {
        $crate::json_write! { false $name $body }
    };
    (sparse struct $name:ident $body:tt) => {
        $crate::json_write! { true $name $body }
    };
    (read enum $name:ident $body:tt) => {
        $crate::json_read_enum! { $name $body }
    };
    (write enum $name:ident $body:tt) => {
        $crate::json_write_enum! { false $name $body }
    };
    (sparse enum $name:ident $body:tt) => {
        $crate::json_write_enum! { true $name $body }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! json_name {
    ($field:ident $label:literal) => {
        $label
    };
    ($field:ident) => {
        const { $crate::json::name_of(stringify!($field)) }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! json_snake {
    ($variant:ident) => {
        const {
            const NAME: [u8; $crate::json::snake_len(stringify!($variant))] =
                $crate::json::snake(stringify!($variant));
            match std::str::from_utf8(&NAME) {
                Ok(name) => name,
                Err(_) => panic!("the name of a variant is ASCII"),
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! json_read {
    ($strict:literal $name:ident {
        $($(#[$meta:meta])* $vis:vis $field:ident : $type:ty $(= $label:literal)?),* $(,)?
    }) => {
        impl $crate::json::FromJson for $name {
            fn from_json(text: $crate::json::Text) -> $crate::json::Parsed<Self> {
                let [$($field),*] =
                    $crate::json::object(text, &[$($crate::json_name!($field $($label)?)),*], $strict)?;
                Ok($name {
                    $($field: $crate::json::field($field, $crate::json_name!($field $($label)?))?),*
                })
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! json_write {
    ($sparse:literal $name:ident {
        $($(#[$meta:meta])* $vis:vis $field:ident : $type:ty $(= $label:literal)?),* $(,)?
    }) => {
        impl $crate::json::ToJson for $name {
            fn to_json(&self, out: &mut Vec<u8>) {
                let mut fields = $crate::json::Fields::open(out, $sparse);
                $(fields.field($crate::json_name!($field $($label)?), &self.$field);)*
                fields.end();
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! json_read_enum {
    ($name:ident {
        $($(#[$meta:meta])* $variant:ident $(( $($content:tt)* ))? $({ $($fields:tt)* })?),* $(,)?
    }) => {
        impl $crate::json::FromJson for $name {
            fn from_json(text: $crate::json::Text) -> $crate::json::Parsed<Self> {
                const NAMES: &[&str] = &[$($crate::json_snake!($variant)),*];
                let (place, content) = $crate::json::variant(text, NAMES)?;
                let mut at = 0;
                $(
                    if place == at {
                        return $crate::json_read_variant!(
                            content, $variant $(( $($content)* ))? $({ $($fields)* })?
                        );
                    }
                    at += 1;
                )*
                let _ = at;
                $crate::json::unknown_variant()
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! json_read_variant {
    ($content:ident, $variant:ident) => {
        match $content {
            None => Ok(Self::$variant),
            Some(_) => $crate::json::unknown_variant(),
        }
    };
    ($content:ident, $variant:ident ($type:ty)) => {
        match $content {
            Some(content) => <$type as $crate::json::FromJson>::from_json(content).map(Self::$variant),
            None => $crate::json::unknown_variant(),
        }
    };
    ($content:ident, $variant:ident {
        $($(#[$meta:meta])* $field:ident : $type:ty $(= $label:literal)?),* $(,)?
    }) => {
        match $content {
            Some(content) => {
                let [$($field),*] =
                    $crate::json::object(content, &[$($crate::json_name!($field $($label)?)),*], false)?;
                Ok(Self::$variant {
                    $($field: $crate::json::field($field, $crate::json_name!($field $($label)?))?),*
                })
            }
            None => $crate::json::unknown_variant(),
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! json_write_enum {
    ($sparse:literal $name:ident {
        $($(#[$meta:meta])* $variant:ident $(( $($content:tt)* ))? $({ $($fields:tt)* })?),* $(,)?
    }) => {
        impl $crate::json::ToJson for $name {
            fn to_json(&self, out: &mut Vec<u8>) {
                $($crate::json_write_variant! {
                    $sparse self out $variant $(( $($content)* ))? $({ $($fields)* })?
                })*
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! json_write_variant {
    ($sparse:literal $self:ident $out:ident $variant:ident) => {
        if let Self::$variant = $self {
            $crate::json::ToJson::to_json($crate::json_snake!($variant), $out);
        }
    };
    ($sparse:literal $self:ident $out:ident $variant:ident ($type:ty)) => {
        if let Self::$variant(content) = $self {
            let mut fields = $crate::json::Fields::open($out, false);
            fields.field($crate::json_snake!($variant), content);
            fields.end();
        }
    };
    ($sparse:literal $self:ident $out:ident $variant:ident {
        $($(#[$meta:meta])* $field:ident : $type:ty $(= $label:literal)?),* $(,)?
    }) => {
        if let Self::$variant { $($field),* } = $self {
            #[allow(unused_mut)]
            let mut fields =
                $crate::json::Fields::open_variant($out, $crate::json_snake!($variant), $sparse);
            $(fields.field($crate::json_name!($field $($label)?), $field);)*
            fields.end_variant();
        }
    };
}
