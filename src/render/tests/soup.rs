//! Random tag soup: the same properties for markup that nobody thought of.

use super::*;

/// Small and repeatable (xorshift); the tests need variety, not quality.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}

const PIECES: &[&str] = &[
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<i id=x>",
    "</i>",
    "<a href=http://a.example/>",
    "</a>",
    "<div>",
    "</div>",
    "<table>",
    "</table>",
    "<tr>",
    "</tr>",
    "<td>",
    "</td>",
    "<th>",
    "<tbody>",
    "<caption>",
    "</caption>",
    "<colgroup>",
    "<col>",
    "<li>",
    "</li>",
    "<ul>",
    "</ul>",
    "<dl>",
    "<dd>",
    "<h1>",
    "</h1>",
    "<h2>",
    "<span>",
    "</span>",
    "<font color=red>",
    "</font>",
    "<center>",
    "</center>",
    "<pre>",
    "</pre>",
    "\n",
    " ",
    "x",
    "&amp;",
    "&lt",
    "<",
    ">",
    "<br>",
    "<hr>",
    "<img src=cid:logo@x>",
    "<nobr>",
    "<ruby>",
    "<rt>",
    "<svg>",
    "</svg>",
    "<math>",
    "<mtext>",
    "<style>",
    "</style>",
    "<script>",
    "</script>",
    "<!--",
    "-->",
    "<title>",
    "</title>",
    "<select>",
    "<form>",
    "<textarea>",
    "</textarea>",
    "<noscript>",
    "<template>",
    "<body style=color:red>",
    "<p style=\"",
    "color:red",
    "\">",
    "'",
    "=",
    "<details>",
    "<summary>",
    "<blockquote>",
    "</blockquote>",
    "\u{a0}",
    "é",
    "\0",
    "</br>",
    "<button>",
    "<object>",
    "<marquee>",
    "<frameset>",
    "<plaintex",
    "<xmp>",
    "</xmp>",
    "<mglyph>",
    "<annotation-xml encoding=text/html>",
];

fn depth(html: &str) -> usize {
    let tree = Html::parse_fragment(html);
    tree.tree.nodes().map(|node| node.ancestors().count()).max().unwrap()
}

#[test]
fn any_soup_becomes_harmless_stable_and_no_deeper() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for round in 0..1_500 {
        let length = 1 + dice.roll(60);
        let soup: String = (0..length).map(|_| PIECES[dice.roll(PIECES.len())]).collect();
        let shown = sanitize(&soup, &policy());
        let name = format!("round {round}: {soup}");
        assert_harmless(&name, shown.body.as_str(), &shown.css);
        assert_stable(&name, &soup);
        // What the guard wrote needed next to no repair: html5ever went no deeper than it.
        let written = guard::guard(&soup).markup;
        assert!(depth(&written) <= 3 + nesting(&written), "{name}: {written}");
    }
}

/// Depth as the guard sees it.
fn nesting(markup: &str) -> usize {
    let mut depth: usize = 0;
    let mut deepest = 0;
    for tag in markup.split('<').skip(1) {
        if tag.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if !["br", "hr", "img", "col>", "col ", "wbr", "!"].iter().any(|void| tag.starts_with(void)) {
            depth += 1;
            deepest = deepest.max(depth);
        }
    }
    deepest
}
