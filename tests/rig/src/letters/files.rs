//! Files to attach, small and valid: pictures, PDF, ZIP, calendar.

use super::moment::Moment;

/// A file with its media type.
#[derive(Debug, Clone)]
pub struct File {
    pub name: String,
    pub media_type: &'static str,
    pub bytes: Vec<u8>,
}

impl File {
    pub fn new(name: &str, media_type: &'static str, bytes: impl Into<Vec<u8>>) -> File {
        File { name: name.to_owned(), media_type, bytes: bytes.into() }
    }
}

/// RFC 2083, truecolour, not compressed: 3 bytes for each pixel.
pub(crate) fn png(name: &str, width: u32, height: u32, pixel: impl Fn(u32, u32) -> [u8; 3]) -> File {
    let mut raw = Vec::new();
    for y in 0..height {
        raw.push(0);
        (0..width).for_each(|x| raw.extend(pixel(x, y)));
    }
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([8, 2, 0, 0, 0]);
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in [(b"IHDR", header), (b"IDAT", zlib_stored(&raw)), (b"IEND", Vec::new())] {
        out.extend(u32::try_from(data.len()).expect("a small picture").to_be_bytes());
        let body = [kind.as_slice(), &data].concat();
        out.extend(&body);
        out.extend(crc32(&body).to_be_bytes());
    }
    File::new(name, "image/png", out)
}

/// Hills before an evening sky; `seed` moves them.
pub(crate) fn landscape(name: &str, width: u32, height: u32, seed: u32) -> File {
    let (w, h) = (f64::from(width), f64::from(height));
    let phase = f64::from(seed);
    let (sun_x, sun_y) = (w * (0.25 + 0.5 * (phase * 0.37).fract()), h * 0.36);
    png(name, width, height, move |x, y| {
        let (fx, fy) = (f64::from(x), f64::from(y));
        let across = fx / w;
        for (layer, colour) in [[38., 52., 74.], [62., 84., 112.], [118., 122., 148.]].into_iter().enumerate()
        {
            let depth = layer as f64;
            let ridge = (across * (5.0 + 3.0 * depth) + phase * (1.3 + depth)).sin() * 0.05
                + (across * (13.0 + 5.0 * depth) + phase * 2.1).sin() * 0.018;
            if fy > h * (0.84 - 0.14 * depth + ridge) {
                return colour.map(|channel| channel as u8);
            }
        }
        let distance = ((fx - sun_x).powi(2) + (fy - sun_y).powi(2)).sqrt() / h;
        if distance < 0.07 {
            return [255, 244, 214];
        }
        let down = (fy / h / 0.7).min(1.0);
        let glow = (1.0 - distance * 1.6).max(0.0);
        let mix =
            |top: f64, bottom: f64, warm: f64| (top + (bottom - top) * down + warm * glow).min(255.0) as u8;
        [mix(92., 248., 60.), mix(128., 186., 50.), mix(178., 140., 10.)]
    })
}

/// One page of text in Helvetica, its first line large (PDF 1.4; ISO 32000-1 §7).
pub(crate) fn pdf(name: &str, lines: &[String]) -> File {
    let mut text = String::from("BT 56 780 Td 20 TL ");
    for (index, line) in lines.iter().enumerate() {
        let size = if index == 0 { 20 } else { 11 };
        let escaped = line.replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)");
        text.push_str(&format!("/F1 {size} Tf ({escaped}) Tj T* "));
    }
    text.push_str("ET");
    let text = latin1(&text);
    let contents =
        [format!("<< /Length {} >>\nstream\n", text.len()).as_bytes(), &text, b"\nendstream"].concat();
    let objects: [&[u8]; 5] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        &contents,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ];
    let mut out = b"%PDF-1.4\n".to_vec();
    let mut offsets = String::new();
    for (index, object) in objects.iter().enumerate() {
        offsets.push_str(&format!("{:010} 00000 n \n", out.len()));
        out.extend([format!("{} 0 obj\n", index + 1).as_bytes(), object, b"\nendobj\n"].concat());
    }
    let xref = out.len();
    let tail = format!("xref\n0 6\n0000000000 65535 f \n{offsets}trailer << /Size 6 /Root 1 0 R >>\n");
    out.extend(format!("{tail}startxref\n{xref}\n%%EOF\n").bytes());
    File::new(name, "application/pdf", out)
}

/// What `WinAnsiEncoding` has in common with Unicode; the rest is `?`.
fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|char| u8::try_from(u32::from(char)).unwrap_or(b'?')).collect()
}

/// Stored, not compressed (APPNOTE.TXT 4.3).
pub(crate) fn zip(name: &str, files: &[(&str, &[u8])]) -> File {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    let size = |bytes: &[u8]| u32::try_from(bytes.len()).expect("a small file").to_le_bytes();
    for (path, bytes) in files {
        let offset = size(&out);
        // Version, flags, method, time, date (2026-01-01), checksum, sizes, length of the name, no extra field.
        let mut entry = vec![20, 0, 0, 8, 0, 0, 0, 0, 0x21, 0x5c];
        entry.extend(crc32(bytes).to_le_bytes());
        entry.extend([size(bytes), size(bytes)].concat());
        entry.extend([u8::try_from(path.len()).expect("a short name"), 0, 0, 0]);
        out.extend([b"PK\x03\x04", entry.as_slice(), path.as_bytes(), bytes].concat());
        directory
            .extend([b"PK\x01\x02\x14\x00", entry.as_slice(), &[0; 10], &offset, path.as_bytes()].concat());
    }
    let n_files = [u8::try_from(files.len()).expect("few files"), 0];
    let end = [n_files, n_files].concat();
    let tail = [&size(&directory)[..], &size(&out), &[0, 0]].concat();
    out.extend([directory.as_slice(), b"PK\x05\x06\0\0\0\0", &end, &tail].concat());
    File::new(name, "application/zip", out)
}

/// An invitation (RFC 5545, RFC 5546 REQUEST).
pub(crate) fn invitation(title: &str, place: &str, organizer: &str, starts: Moment, ends: Moment) -> String {
    let (stamp, uid) = (starts.for_calendar(), starts.seconds());
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Postroom//Rig//EN\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n\
         UID:{uid}@calendar.example\r\nDTSTAMP:{stamp}\r\nDTSTART:{stamp}\r\nDTEND:{}\r\nSUMMARY:{title}\r\n\
         LOCATION:{place}\r\nORGANIZER:mailto:{organizer}\r\nSTATUS:CONFIRMED\r\nSEQUENCE:0\r\nEND:VEVENT\r\n\
         END:VCALENDAR\r\n",
        ends.for_calendar()
    )
}

/// RFC 1950 around stored blocks (RFC 1951 §3.2.4).
fn zlib_stored(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let mut blocks = bytes.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        let size = u16::try_from(block.len()).expect("at most 0xffff");
        out.push(u8::from(blocks.peek().is_none()));
        out.extend([size.to_le_bytes(), (!size).to_le_bytes()].concat());
        out.extend(block);
    }
    let (mut a, mut b) = (1_u32, 0_u32);
    for &byte in bytes {
        a = (a + u32::from(byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    out.extend(((b << 16) | a).to_be_bytes());
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    let table: [u32; 256] = std::array::from_fn(|index| {
        let start = u32::try_from(index).expect("below 256");
        (0..8).fold(start, |crc, _| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 })
    });
    !bytes.iter().fold(!0, |crc, &byte| table[((crc ^ u32::from(byte)) & 0xff) as usize] ^ (crc >> 8))
}
