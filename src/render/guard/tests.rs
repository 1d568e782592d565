#![expect(clippy::indexing_slicing, reason = "tests may panic")]

use super::guard;

fn markup(html: &str) -> String {
    guard(html).markup
}

#[test]
fn what_is_left_open_is_closed_in_order() {
    for (untidy, tidy) in [
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<p>a<div>b</div></p>", "<p>a</p><div>b</div><p></p>"),
        ("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"),
        (
            "<table><tr><td>a<td>b<tr><td>c</table>",
            "<table><tbody><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></tbody></table>",
        ),
        ("<b><i>a</b>b</i>", "<b><i>a</i></b><i>b</i>"),
        ("<p><b>a<p>b</b>c", "<p><b>a</b></p><p><b>b</b>c</p>"),
        ("<td><b>a</td>b", "<b>ab</b>"),
        ("<table><td><b>a</table>b", "<table><tbody><tr><td><b>a</b></td></tr></tbody></table>b"),
        (
            "<p><b>a</p><table><td>x</table>y",
            "<p><b>a</b></p><table><tbody><tr><td>x</td></tr></tbody></table><b>y</b>",
        ),
        ("<h1>a<h2>b", "<h1>a</h1><h2>b</h2>"),
        ("</div></b></table>x", "x"),
        ("<span><div></span>x</div>", "<span><div>x</div></span>"),
        ("a</br>b</p>c", "a<br>b<p></p>c"),
        ("<pre>\n\n x</pre>", "<pre> x</pre>"),
    ] {
        assert_eq!(markup(untidy), tidy, "{untidy}");
        assert_eq!(markup(tidy), tidy, "{untidy}: guarding again changes nothing");
    }
}

#[test]
fn text_of_unknown_elements_stays_and_raw_text_goes() {
    for (html, left) in [
        ("<x-y>a</x-y><svg><text>b</text></svg><select><option>c</select>", "abc"),
        ("a<script>x</scripty></script >b", "ab"),
        ("a<title>x</title><iframe><p></iframe>b", "ab"),
        ("<textarea><b></textarea><xmp><i></xmp>", "&lt;b>&lt;i>"),
        ("a<plaintext><b></plaintext>", "a&lt;b>&lt;/plaintext>"),
        ("a<!-- <b> --!>b<!-->c<!--->d<![CDATA[x]]>e<?php ?>f<!doctype x>g</ >h", "abcdefgh"),
        ("1 < 2 <3 </ <a", "1 &lt; 2 &lt;3 "),
        ("a<!-- open <p>", "a"),
        ("a<p title='open", "a"),
        ("a\0b", "ab"),
    ] {
        assert_eq!(markup(html), left, "{html}");
    }
}

#[test]
fn attributes_are_read_as_the_standard_does() {
    let cases = [
        ("<p title=a/b>", "title=\"a/b\""),
        ("<p/title='a'align=left>", "title=\"a\" align=\"left\""),
        ("<p title = 'a\"b<c'>", "title=\"a&quot;b&lt;c\""),
        ("<p TITLE>", "title=\"\""),
        ("<p title=>x", "title=\"\""),
        ("<p =title='a' title=b>", "title=\"b\""),
        ("<p onclick=x title=a onclick='>'>", "title=\"a\""),
    ];
    for (html, attributes) in cases {
        assert!(markup(html).starts_with(&format!("<p {attributes}>")), "{html}: {}", markup(html));
    }
}

#[test]
fn style_and_body_are_handed_on() {
    let guarded = guard("<style media=print>a{}</style><body bgcolor='red' x=\"&lt;\"><style>b{}");
    assert_eq!(guarded.sheets[0], ("print".to_owned(), "a{}".to_owned()));
    assert_eq!(guarded.sheets[1], (String::new(), "b{}".to_owned()));
    assert_eq!(guarded.body[0], ("bgcolor".to_owned(), "red".to_owned()));
    assert_eq!(guarded.markup, "");
}
