use super::*;
use crate::render::Policy;

fn style(css: &str) -> String {
    declarations(css, &References::new(&Policy::default()))
}

fn rules(css: &str) -> String {
    sheet(css, "", &References::new(&Policy::default()))
}

#[test]
fn what_newsletters_use_stays() {
    for (css, rebuilt) in [
        ("color:#333; Font-Size : 14PX", "color:#333;font-size:14px"),
        ("margin:0 auto;padding:10px 0.5em 33.3%", "margin:0 auto;padding:10px 0.5em 33.3%"),
        (
            "font:bold 12px/1.5 'Helvetica Neue',Arial,sans-serif",
            "font:bold 12px / 1.5 \"Helvetica Neue\",Arial,sans-serif",
        ),
        ("color:rgba(0,0,0,.5)!important", "color:rgba(0,0,0,0.5)!important"),
        ("color:rgb(0 0 0 / 50%)", "color:rgb(0 0 0 / 50%)"),
        ("width:calc(100% - (2 * 10px))", "width:calc(100% - (2 * 10px))"),
        (
            "display:none;max-height:0;overflow:hidden;mso-hide:all",
            "display:none;max-height:0;overflow:hidden",
        ),
        ("-webkit-text-size-adjust:100%", "-webkit-text-size-adjust:100%"),
        ("background:#fafafa", "background:#fafafa"),
        ("background:WHITE url(http://x/a.png) no-repeat", "background-color:white"),
        ("background:url(http://x/a.png) rgb(1,2,3)", "background-color:rgb(1,2,3)"),
        ("line-height:-0;letter-spacing:-1px", "line-height:0;letter-spacing:-1px"),
        ("width/**/:/*x*/5px", "width:5px"),
    ] {
        assert_eq!(style(css), rebuilt, "{css}");
        assert_eq!(style(rebuilt), rebuilt, "rebuilding again changes nothing");
    }
}

#[test]
fn what_fetches_covers_or_moves_is_gone() {
    for css in [
        "background:url(http://x/)",
        "background:\\75rl(http://x/)",
        "background:u\\rl('http://x/')",
        "b\\61 ckground:url(x)",
        "background-image:image-set('http://x/' 1x)",
        "background:-webkit-image-set(url(x) 1x)",
        "background:src('http://x')",
        "background:image('http://x/')",
        "background:cross-fade(url(a),url(b))",
        "background:element(#a)",
        "background:var(--y,url(http://x/))",
        "--x:url(http://x/)",
        "color:var(--x)",
        "width:attr(title px)",
        "width:env(x)",
        "list-style:url(http://x/)",
        "list-style-image:url(x)",
        "cursor:url(x),auto",
        "content:url(x)",
        "content:'x'",
        "filter:url(x#f)",
        "clip-path:url(x)",
        "mask:url(x)",
        "-webkit-mask-image:url(x)",
        "offset-path:url(x)",
        "border-image:url(x) 30",
        "shape-outside:url(x)",
        "-webkit-box-reflect:below 0 url(x)",
        "src:url(x)",
        "position:fixed",
        "position:/**/fix\\65 d !important",
        "position:absolute",
        "position:relative",
        "inset:0",
        "top:-2000px",
        "left:0",
        "z-index:9999",
        "margin:-100px",
        "margin-left:calc(0px - 9px)",
        "margin-top:-1e3px",
        "transform:scale(50)",
        "zoom:20",
        "animation:a 1s",
        "transition:all 1s",
        "behavior:url(x)",
        "-moz-binding:url(x)",
        "width:expression(alert(1))",
        "color:red;}",
        "all:unset",
        "pointer-events:none",
        "box-shadow:0 0 0 9999px red",
        "width:1e30px",
        "font-family:'a\\22 ;x'",
        "font-family:\"</style>\"",
        "color:\\72 ed\\3b",
        "width:5px 'x'",
        "color:red blue !x",
        "background:url(http://x/",
        "background:url('http://x/",
        "color:#12345",
        "color:@x",
        "color:{}",
        "color:[red]",
        "-webkit-text-size-adjust:url(x)",
    ] {
        let kept = style(css);
        assert!(kept.is_empty() || kept == "color:red", "{css} -> {kept}");
    }
}

#[test]
fn a_bad_declaration_takes_no_other_with_it() {
    assert_eq!(style("x:'\" onmouseover=y;color:red"), "");
    assert_eq!(style("position:fixed;color:red;background:url(x;)"), "color:red");
    assert_eq!(style("a{b;color:red}color:red;width:1px"), "width:1px");
}

#[test]
fn sheets_keep_simple_rules_and_media() {
    for (css, rebuilt) in [
        (".a, #b > p.c:hover , td + td *{color:red}", ".m-a,#m-b>p.m-c:hover,td+td *{color:red}"),
        ("body{margin:0} BODY.x td{color:red}", ".m-_body{margin:0}.m-_body.m-x td{color:red}"),
        ("<!-- .a{color:red} -->", ".m-a{color:red}"),
        (
            "@media only screen and (max-width:600px){.m-a{width:100%!important}}",
            "@media only screen and (max-width:600px){.m-a{width:100%!important}}",
        ),
        (
            "@media (prefers-color-scheme: dark){.a{color:#fff}}",
            "@media (prefers-color-scheme:dark){.m-a{color:#fff}}",
        ),
        ("@media screen{@media print{.a{color:red}}}", "@media screen{@media print{.m-a{color:red}}}"),
        (".a,[x^=y],u + .body,::before,p:nth-child(x){color:red}", ".m-a,u+.m-body{color:red}"),
        (
            "tr:nth-child(odd) td,p:Nth-Child( -n + 3 ),p:nth-child(2 of .a){color:red}",
            "tr:nth-child(2n+1) td,p:nth-child(-1n+3){color:red}",
        ),
    ] {
        assert_eq!(rules(css), rebuilt, "{css}");
    }
    let references = References::new(&Policy::default());
    assert_eq!(sheet("p{color:red}", "print", &references), "@media print{p{color:red}}");
    assert_eq!(sheet("p{color:red}", "x{}", &references), "");
}

#[test]
fn sheets_lose_everything_else() {
    for css in [
        "@import url(http://x/);",
        "@import 'http://x/' screen;",
        "@\\69mport 'x';",
        "@charset \"utf-8\";@import url(x) layer(a);",
        "@font-face{font-family:a;src:url(x)}",
        "@property --a{syntax:'<url>'}",
        "@keyframes a{from{left:0}}",
        "@supports (display:block){p{color:red}}",
        "@layer a{p{color:red}}",
        "@container (width>1px){p{color:red}}",
        "@page{margin:0}",
        "@namespace a 'x';",
        "input[value^=a]{color:red}",
        ":root{color:red}",
        "html{color:red}",
        "p{background:url(http://x/}",
        ".a\\3c /style{color:red}",
        "p::after{color:red}",
        ":has(a){color:red}",
        "p:not(.a){color:red}",
        "a{a{a{a{a{color:red}}}}}",
        ">p{color:red}",
        "p>{color:red}",
        "p>>a{color:red}",
        "@media (a:url(x)){p{color:red}}",
        "@media screen and (width:calc(1px)){p{color:red}}",
        "p{}",
        "{color:red}",
        "}",
        "p{color:red;}}@import 'x'",
    ] {
        let kept = rules(css);
        assert!(kept.is_empty() || kept == "p{color:red}", "{css} -> {kept}");
    }
}

#[test]
fn remote_images_of_style_are_counted() {
    let references = References::new(&Policy::default());
    declarations(
        "background:url(http://a.example/1) , url('https://b.example/2');list-style:url(//c.example/)",
        &references,
    );
    let (remote, _) = references.met();
    let hosts: Vec<_> = remote.hosts.iter().map(String::as_str).collect();
    assert_eq!((remote.images, hosts.join(" ").as_str()), (3, "a.example b.example c.example"));
}
