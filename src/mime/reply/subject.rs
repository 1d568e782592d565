//! `Re:` once, whatever the language of those who wrote before.

/// Lower case, without the colon.
const REPLY: &[&str] =
    &["re", "aw", "sv", "vs", "antw", "antwort", "odp", "ynt", "res", "rif", "回复", "答复", "回覆", "返信"];
const FORWARD: &[&str] = &["fwd", "fw", "wg", "vb", "tr", "rv", "enc", "doorst", "转发", "轉寄", "転送"];

pub(super) fn reply(subject: &str) -> String {
    format!("Re: {}", without(subject, REPLY)).trim_end().to_owned()
}

pub(super) fn forward(subject: &str) -> String {
    format!("Fwd: {}", without(subject, FORWARD)).trim_end().to_owned()
}

/// The subject without these words at its start: `Re: `, `AW:`, `Re[2]: `, `RE(3):`, `回复：`.
fn without<'s>(subject: &'s str, words: &[&str]) -> &'s str {
    let mut rest = subject.trim();
    while let Some((word, after)) = rest.split_once([':', '：']) {
        let word = word.trim_end();
        let word = word.split_once(['[', '(']).map_or(word, |(word, count)| {
            let digits = count.trim_end_matches([']', ')']);
            if digits.bytes().all(|b| b.is_ascii_digit()) { word.trim_end() } else { "" }
        });
        if !words.contains(&word.to_lowercase().as_str()) {
            break;
        }
        rest = after.trim_start();
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_do_not_pile_up() {
        for (subject, re, fwd) in [
            ("Hello", "Re: Hello", "Fwd: Hello"),
            ("Re: Hello", "Re: Hello", "Fwd: Re: Hello"),
            ("RE: AW: Sv:Hello", "Re: Hello", "Fwd: RE: AW: Sv:Hello"),
            ("Re[2]: Re (3): Hello", "Re: Hello", "Fwd: Re[2]: Re (3): Hello"),
            ("Fwd: WG: Hello", "Re: Fwd: WG: Hello", "Fwd: Hello"),
            ("回复：你好", "Re: 你好", "Fwd: 回复：你好"),
            ("Respect: a word", "Re: Respect: a word", "Fwd: Respect: a word"),
            ("re", "Re: re", "Fwd: re"),
            ("Re(x): y", "Re: Re(x): y", "Fwd: Re(x): y"),
            ("", "Re:", "Fwd:"),
        ] {
            assert_eq!((reply(subject).as_str(), forward(subject).as_str()), (re, fwd), "{subject}");
        }
    }
}
