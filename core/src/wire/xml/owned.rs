//! What every typed value read from XML can do: outlive its document, and be invented for tests.

use std::borrow::Cow;

use super::raw::RawElement;

/// A value that may borrow from a document.
pub(crate) trait Owned {
    /// The same value without borrow.
    type Owned;
    fn owned(self) -> Self::Owned;
}

impl Owned for Cow<'_, str> {
    type Owned = Cow<'static, str>;
    fn owned(self) -> Cow<'static, str> {
        Cow::Owned(self.into_owned())
    }
}

impl Owned for RawElement<'_> {
    type Owned = RawElement<'static>;
    fn owned(self) -> Self::Owned {
        self.into_owned()
    }
}

impl<T: Owned> Owned for Option<T> {
    type Owned = Option<T::Owned>;
    fn owned(self) -> Self::Owned {
        self.map(T::owned)
    }
}

impl<T: Owned> Owned for Vec<T> {
    type Owned = Vec<T::Owned>;
    fn owned(self) -> Self::Owned {
        self.into_iter().map(T::owned).collect()
    }
}

impl<T: Owned> Owned for Box<T> {
    type Owned = Box<T::Owned>;
    fn owned(self) -> Self::Owned {
        Box::new((*self).owned())
    }
}

/// For types that never borrow.
macro_rules! plain {
    ($($type:ty),+ $(,)?) => {$(
        impl $crate::wire::xml::owned::Owned for $type {
            type Owned = Self;
            fn owned(self) -> Self {
                self
            }
        }
    )+};
}
pub(crate) use plain;

plain!(bool, u8, u32, u64);

/// For a struct with one lifetime: lists its fields once more.
macro_rules! borrowing {
    ($name:ident $fields:tt) => {
        $crate::wire::xml::owned::owning!($name $fields);
        #[cfg(feature = "arbitrary")]
        $crate::wire::xml::sample::sampling!($name $fields);
    };
}
pub(crate) use borrowing;

/// The same without samples.
macro_rules! owning {
    ($name:ident { $($field:ident),+ $(,)? }) => {
        impl $crate::wire::xml::owned::Owned for $name<'_> {
            type Owned = $name<'static>;
            fn owned(self) -> Self::Owned {
                $name { $($field: $crate::wire::xml::owned::Owned::owned(self.$field)),+ }
            }
        }

        impl $name<'_> {
            /// The same value, independent of the document it was read from.
            pub fn into_owned(self) -> $name<'static> {
                $crate::wire::xml::owned::Owned::owned(self)
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $name<'_> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeStruct as _;
                let fields = [$(stringify!($field)),+].len();
                let mut shown = serializer.serialize_struct(stringify!($name), fields)?;
                $(shown.serialize_field(stringify!($field), &self.$field)?;)+
                shown.end()
            }
        }
    };
}
pub(crate) use owning;
