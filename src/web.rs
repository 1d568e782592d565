//! HTTP in, HTML out. Knows no protocol of mail and no bytes of it.

pub mod urls;
