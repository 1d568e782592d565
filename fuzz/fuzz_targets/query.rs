//! Whatever is typed is a query, in one short line, and means the same when typed again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use postroom::model::Query;

fuzz_target!(|typed: &str| {
    let query = Query::parse(typed);
    assert!(query.text.len() <= Query::MAX_LEN && !query.text.contains(char::is_control));
    assert_eq!(Query::parse(&query.text), query);
});
