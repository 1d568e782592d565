use super::*;

#[test]
fn html_reads_as_a_person_would_read_it() {
    for (html, text) in [
        ("<p>one</p><p>two<br>three</p>", "one\n\ntwo\nthree\n"),
        ("<div>a</div><div>b</div>  c", "a\nb\nc\n"),
        ("<ul><li>one<li>two</ul>end", "- one\n- two\n\nend\n"),
        ("<title>t</title><style>p{}</style><b>x</b> y<script>if (a<b) {}</script>", "x y\n"),
        ("a &amp; b &lt;c&gt; &eacute;&#233;&#xe9; &nbsp; &unknown; & d", "a & b <c> ééé &unknown; & d\n"),
        ("<blockquote>q<blockquote>deep</blockquote></blockquote>a", "> q\n>>\n>> deep\n\na\n"),
        ("x<blockquote><p>q</p><p>r</p></blockquote>", "x\n>\n> q\n>\n> r\n"),
        ("<pre>a  b\n  c\n</pre>d", "a  b\n  c\nd\n"),
        ("<a href=\"https://x.org/a?b=1&amp;c\">here</a>!", "here <https://x.org/a?b=1&c>!\n"),
        ("<a href='https://x.org'>https://x.org</a> <a href='mailto:a@b'>a@b</a>", "https://x.org a@b\n"),
        ("<a href='javascript:x'>y</a><img alt='A cat' src=x><img src=y>", "yA cat\n"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</table>", "a b\nc\n"),
        ("1 < 2 <3 <> </ x", "1 < 2 <3 <> </ x\n"),
        ("<!-- no --><!DOCTYPE html><?xml?>yes<!-- open", "yes\n"),
        ("<a title='a > b' class=\">\">x</a>y", "xy\n"),
        ("a<p title=\"open>b</p>c", "a\n\nb\n\nc\n"),
        ("<style>never closed", "never closed\n"),
        ("pre\u{200b}&shy;header&#0;\u{1b}x", "preheaderx\n"),
        ("", ""),
    ] {
        assert_eq!(html_to_text(html), text, "{html}");
    }
}

#[test]
fn hostile_html_costs_no_more_than_its_size() {
    for piece in [
        "<",
        "<a ",
        "<a '",
        "<a \"=",
        "<a x=\">",
        "<!--",
        "<!",
        "<style>",
        "<script><style>",
        "<blockquote>x",
        "<blockquote>",
        "<ul><li>",
        "&",
        "&a",
        "&notit;",
        "<a href=x>",
        "<a href=http://x>y</a>",
        "</a>",
        "<p",
        "<img alt=x",
        "<x =",
        "<br>",
        "<pre>\n",
        "< /",
        "é<",
    ] {
        let html = piece.repeat(100_000 / piece.len());
        assert!(html_to_text(&html).len() < 12 * html.len(), "{piece}");
    }
    let links =
        format!("{}{}{}", "<a href=http://x>".repeat(20_000), "y".repeat(200_000), "</a>".repeat(20_000));
    assert!(html_to_text(&links).len() < links.len());
}
