//! A file for a name, of the kind that its ending says.

use super::{
    files::{File, landscape, pdf, zip},
    moment::Moment,
    thread::hash,
};

/// `Photo.png:900x600` is a picture of that size; `about` is what a document is about.
pub(super) fn file(name: &str, about: &str, date: Moment) -> File {
    let (name, size) = name.split_once(':').unwrap_or((name, "480x320"));
    let shown = name.replace('_', " ");
    match name.rsplit('.').next().unwrap_or_default() {
        "png" => {
            let (width, height) = size.split_once('x').unwrap_or((size, size));
            let number = |text: &str| text.parse().unwrap_or_else(|_| panic!("not a size: {name}:{size}"));
            landscape(
                &shown,
                number(width),
                number(height),
                u32::try_from(hash(name) % 97).expect("below 97"),
            )
        }
        "pdf" => {
            let title = shown.trim_end_matches(".pdf").to_owned();
            let body =
                "This document was made for the Postroom demo. Everybody in it is invented.".to_owned();
            pdf(&shown, &[title, about.to_owned(), date.date(), String::new(), body])
        }
        "zip" => {
            let list = format!("Contents of {shown}, {}\n", date.date());
            let picture = landscape("phone.png", 195, 422, 3);
            zip(&shown, &[("README.txt", list.as_bytes()), ("390/list.png", &picture.bytes)])
        }
        "csv" => File::new(&shown, "text/csv", table()),
        "patch" => {
            File::new(&shown, "text/x-patch", include_bytes!("../../letters/uidvalidity.patch").as_slice())
        }
        _ => File::new(&shown, "text/plain", format!("{about}\n")),
    }
}

fn table() -> String {
    let months = ["January", "February", "March", "April", "May", "June"];
    let rows =
        months.iter().enumerate().map(|(n, month)| format!("{month};{};{}\n", 1200 + n * 37, 940 + n * 52));
    format!("Month;Planned;Spent\n{}", rows.collect::<String>())
}
