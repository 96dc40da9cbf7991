//! A closed list whose members are stored as words: each reads back as it was written, and any other word is refused.

macro_rules! codes {
    (
        $what:literal;
        $(#[$meta:meta])* pub enum $name:ident;
        $($(#[$doc:meta])* $member:ident = $text:literal,)*
    ) => {
        $(#[$meta])*
        pub enum $name { $($(#[$doc])* $member,)* }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$member,)*];

            pub fn as_str(self) -> &'static str {
                match self { $(Self::$member => $text,)* }
            }

            pub fn parse(text: &str) -> Result<Self, StoreError> {
                match text {
                    $($text => Ok(Self::$member),)*
                    other => Err(StoreError::Value(format!("{} {other}", $what))),
                }
            }
        }
    };
}

pub(crate) use codes;
