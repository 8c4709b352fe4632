//! The cases: each spelling in each attribute.

/// One element or document.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) id: usize,
    /// Element and attribute.
    pub(super) kind: &'static str,
    pub(super) html: String,
    /// A document of its own, which stands in a frame.
    pub(super) document: bool,
    /// `Link` header of the document.
    pub(super) link: Option<String>,
}

/// Elements, `{}` standing for the address.
const ELEMENTS: [(&str, &str); 32] = [
    ("img src", r#"<img src="{}">"#),
    ("img srcset", r#"<img srcset="{} 1x, /own.png 9x">"#),
    ("img srcset 2", r#"<img srcset="/own.png 9x,,{} 1x">"#),
    ("img srcset tight", r#"<img srcset="/own.png 9x,{} 1x">"#),
    (
        "picture source",
        r#"<picture><source srcset="{}"><img></picture>"#,
    ),
    ("image src", r#"<image src="{}">"#),
    ("input src", r#"<input type=image src="{}">"#),
    ("video src", r#"<video src="{}"></video>"#),
    ("video poster", r#"<video poster="{}"></video>"#),
    ("video source", r#"<video><source src="{}"></video>"#),
    ("audio src", r#"<audio src="{}"></audio>"#),
    ("embed src", r#"<embed src="{}">"#),
    ("embed code", r#"<embed code="{}" type="text/html">"#),
    ("object data", r#"<object data="{}"></object>"#),
    ("iframe src", r#"<iframe src="{}"></iframe>"#),
    ("script src", r#"<script async src="{}"></script>"#),
    ("link stylesheet", r#"<link rel=stylesheet href="{}">"#),
    ("link preload", r#"<link rel=preload as=image href="{}">"#),
    (
        "link imagesrcset",
        r#"<link rel=preload as=image imagesrcset="{} 1x">"#,
    ),
    (
        "link modulepreload",
        r#"<link rel=modulepreload href="{}">"#,
    ),
    ("link prefetch", r#"<link rel=prefetch href="{}">"#),
    ("svg image", r#"<svg><image href="{}"/></svg>"#),
    ("svg image xlink", r#"<svg><image xlink:href="{}"/></svg>"#),
    (
        "svg feImage",
        r#"<svg><filter><feImage href="{}"/></filter></svg>"#,
    ),
    ("svg script", r#"<svg><script href="{}"></script></svg>"#),
    (
        "svg set",
        r#"<svg><image><set attributeName=href to="{}"/></image></svg>"#,
    ),
    (
        "svg animate",
        r#"<svg><image><animate attributeName=href dur=9s values="{};/own.png"/></image></svg>"#,
    ),
    (
        "table background",
        r#"<table background="{}"><tr><td>x</table>"#,
    ),
    (
        "td background",
        r#"<table><tr><td background="{}">x</table>"#,
    ),
    (
        "col background",
        r#"<table><col background="{}"><tr><td>x</table>"#,
    ),
    (
        "shadow root",
        r#"<p><template shadowrootmode=open><img src="{}"></template></p>"#,
    ),
    ("srcdoc", r#"<iframe srcdoc="<img src='{{}}'>"></iframe>"#),
];

const DOCUMENTS: [(&str, &str); 4] = [
    ("body background", r#"<body background="{}">x"#),
    ("frame src", r#"<frameset><frame src="{}"></frameset>"#),
    ("base href", r#"<base href="{}"><body><img src="x">"#),
    ("refresh", r#"<meta http-equiv=refresh content="0;url={}">"#),
];

/// Ways to write a refresh.
const REFRESHES: [&str; 24] = [
    " 0;url={}",
    "\t0;url={}",
    "\n\u{c}0 ; URL = {}",
    "0,{}",
    "0 {}",
    "0;{}",
    "0; url ={}",
    "0;url= {}",
    "0;url='{}'",
    "0;url=&quot;{}&quot;",
    "0;url='{}",
    "0;'{}'",
    "0;url='{}' x",
    "0;url='{}'x'",
    "0;url='http://a'@{host}/{path}'",
    "0;url=&quot;http://a&quot;@{host}/{path}&quot;",
    ".5;url={}",
    "0.0;url={}",
    "0.1.2;url={}",
    "0;;url={}",
    "0; ,url={}",
    "0;ur\tl={}",
    "0\u{a0};url={}",
    "\u{a0}0;url={}",
];

/// All cases, documents last. `port` is where the gated origin serves.
pub(super) fn cases(port: u16) -> Vec<Case> {
    let spellings = spellings(port);
    let mut cases = Vec::new();
    let mut add =
        |kind, html: &dyn Fn(&str) -> String, document, link: Option<&dyn Fn(&str) -> String>| {
            let id = cases.len();
            let path = format!("k{id}z");
            cases.push(Case {
                id,
                kind,
                html: html(&path),
                document,
                link: link.map(|link| link(&path)),
            });
        };
    let filled = |template: &str, spelling: &str, path: &str| {
        let address = spelling.replace("{path}", path);
        let nested = address.replace('&', "&amp;");
        template.replace("{{}}", &nested).replace("{}", &address)
    };
    // Every spelling in some of them; in the rest, which take longer to load, they take turns.
    for (documents, templates) in [(false, &ELEMENTS[..]), (true, &DOCUMENTS[..])] {
        for (at, (kind, template)) in templates.iter().enumerate() {
            let step = match (documents, at) {
                (true, _) => 3,
                _ if ["iframe", "object", "embed", "srcdoc"]
                    .iter()
                    .any(|tag| kind.starts_with(tag)) =>
                {
                    4
                }
                (false, 0..7) => 1,
                (false, _) => 2,
            };
            for spelling in spellings.iter().skip(at % step).step_by(step) {
                let html = |path: &str| filled(template, spelling, path);
                add(kind, &html, documents, None);
            }
        }
    }
    let host = format!("gated.localhost:{port}");
    for refresh in REFRESHES {
        for spelling in spellings.iter().step_by(26) {
            let html = |path: &str| {
                let content = refresh.replace("{host}", &host).replace("{path}", path);
                let content = filled(&content, spelling, path);
                format!("<meta http-equiv=refresh content=\"{content}\">")
            };
            add("refresh written", &html, true, None);
        }
    }
    let plain = |text: &&String| {
        text.bytes()
            .all(|b| (b' '..=b'~').contains(&b) && b != b'&')
    };
    for spelling in spellings.iter().filter(plain).step_by(2) {
        for (kind, template) in [
            ("Link", "<{}>; rel=preload; as=image"),
            (
                "Link imagesrcset",
                "</own.png>; rel=preload; as=image; imagesrcset=\"{} 1x\"",
            ),
        ] {
            let link = |path: &str| filled(template, spelling, path);
            add(kind, &|_| "<body>x".to_owned(), true, Some(&link));
        }
    }
    for link in [
        "</x>; rel=preload; as=image; imagesrcset=\"ht\\tp:\\/\\/{host}/{path}/x 1x\"",
        "</x>; rel=preload; as=image; imagesrcset=\"/a 9x,http://b,c@{host}/{path}/x 1x\"",
        "</x>; title=\"<\"; rel=preload; as=image; imagesrcset='//{host}/{path}/x 1x'",
        "< //{host}/{path}/x >;rel=\"preload\";as=image",
    ] {
        let link = |path: &str| link.replace("{host}", &host).replace("{path}", path);
        add("Link written", &|_| "<body>x".to_owned(), true, Some(&link));
    }
    cases
}

/// Spellings of the gated origin's address as they stand in an attribute between double quotes;
/// `{path}` names the case.
fn spellings(port: u16) -> Vec<String> {
    let host = format!("gated.localhost:{port}");
    let mut all = Vec::new();
    let tail = "/{path}/x";
    for before in [
        "http://",
        "HTTP://",
        "hTtP://",
        "http:",
        "http:/",
        "http:///",
        "http:////",
        "http:\\\\",
        "http:\\",
        "http:/\\",
        "http:\\/",
        "http://\\",
        "http:///\\//",
        "//",
        "///",
        "////",
        "///////",
        "\\\\",
        "/\\",
        "\\/",
        "//\\",
        "\\\\/",
        "/\\/",
        "\\/\\/",
        "///\\//",
        "https:/",
    ] {
        all.push(format!("{before}{host}{tail}"));
    }
    for host in [
        "GATED.localhost",
        "gated.LOCALHOST",
        "gated.localhost.",
        "gated%2elocalhost",
        "%67ated.localhost",
        "g%61ted%2Elocalhost",
        "ｇated.localhost",
        "gated。localhost",
        "gated．localhost",
        "gated｡localhost",
        "gat\u{ad}ed.localhost",
        "gated\u{200b}.localhost",
        "gated.l\u{2060}ocalhost",
        "ℊated.localhost",
        "ⓖated.localhost",
        "𝐠ated.localhost",
        "%EF%BD%87ated.localhost",
        "gated.localho\u{17f}t",
        "gated.locaｌhost",
        "gated..localhost",
        "gated.localhost..",
        "gated.localhost%00",
        "gated.localhost%2e",
        "ga%74ed%E3%80%82localhost",
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "0x7f.1",
        "0x7f000001",
        "2130706433",
        "0177.0.0.1",
        "017700000001",
        "127.0.0.1.",
        "0X7F.0.0.0x1",
        "１２７.0.0.1",
        "127。0。0。1",
        "%3127.0.0.1",
        "%31%32%37.1",
        "127.0.0.00001",
        "0x7f.0.0x0.1",
        "127.0.0.256",
    ] {
        all.push(format!("//{host}:{port}{tail}"));
        all.push(format!("http:///{host}:{port}{tail}"));
    }
    for user in [
        "u",
        "u:p",
        "",
        ":",
        "a@b",
        "a,b",
        "a%40",
        "a b",
        "é",
        "a;b",
        "'",
        "a:b:c",
        "%00",
        "a[b",
        "a|b",
        "//x",
        "x,http://y",
    ] {
        all.push(format!("//{user}@{host}{tail}"));
        all.push(format!("http://{user}@{host}{tail}"));
    }
    for space in [
        " ",
        "\t",
        "\n",
        "\r\n",
        "\u{c}",
        "\u{1}",
        "\u{1f}",
        "\u{b}",
        " \u{1}\n ",
    ] {
        all.push(format!("{space}//{host}{tail}"));
        all.push(format!("{space}http:///{host}{tail}{space}"));
    }
    for broken in [
        "ht\ntp://{host}",
        "http:\n//{host}",
        "http:/\n/{host}",
        "/\t/{host}",
        "/\n/{host}",
        "//\t{host}",
        "\\\n\\{host}",
        "//ga\tted.localhost:{port}",
        "//gated.localhost\n:{port}",
        "//gated.localhost:0{port}",
        "//gated.localhost:00000{port}",
        "/\t/\n/\r/{host}",
        "h\tt\tt\tp:{host}",
        "//{host}\t",
        "//gated.\tlocalhost:{port}",
    ] {
        let broken = broken.replace("{host}", &host);
        all.push(broken.replace("{port}", &port.to_string()) + tail);
    }
    for end in [
        "\\{path}/x",
        "/./{path}/x",
        "/a/../{path}/x",
        "/%2e%2e/{path}/x",
        "?/{path}/x",
        "\\..\\{path}/x",
        "//{path}/x",
        "/{path}/x#y",
        "/{path}/x y",
    ] {
        all.push(format!("//{host}{end}"));
        all.push(format!("//\\{host}{end}"));
    }
    let letters = |form: &dyn Fn(u32) -> String| -> String {
        let address = format!("http://{host}");
        address.chars().map(|letter| form(letter as u32)).collect()
    };
    all.push(letters(&|code| format!("&#{code};")) + tail);
    all.push(letters(&|code| format!("&#x{code:x};")) + tail);
    all.push(letters(&|code| format!("&#X{code:08X}")) + ";" + tail);
    for entities in [
        "&sol;&sol;{host}",
        "http&colon;&sol;&sol;{host}",
        "&Tab;&NewLine;//{host}",
        "&bsol;&bsol;{host}",
        "//gated&period;localhost:{port}",
        "//gat&shy;ed.localhost:{port}",
        "&#47/&#92{host}",
        "/&Tab;/{host}",
        "//&#x67;ated.localhost:{port}",
        "//gated&#46localhost:{port}",
        "&#32;&#1;///{host}",
        "///gated&ZeroWidthSpace;.localhost:{port}",
    ] {
        let entities = entities.replace("{host}", &host);
        all.push(entities.replace("{port}", &port.to_string()) + tail);
    }
    all
}
