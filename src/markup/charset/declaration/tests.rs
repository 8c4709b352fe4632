use super::*;

fn found(page: &str) -> Option<&'static str> {
    prescan(&page.as_bytes()[..page.len().min(PRESCANNED)]).map(Encoding::name)
}

/// Returns the name of the certain encoding of a page, nothing, or `?`.
fn certain(page: &str) -> &'static str {
    match declared(page.as_bytes()) {
        Declaration::Nothing => "",
        Declaration::One(encoding) => encoding.name(),
        Declaration::Disputed => "?",
    }
}

#[test]
fn reads_the_attributes_of_a_meta() {
    for (page, name) in [
        ("<meta charset=gbk>", Some("GBK")),
        ("<META\tCHARSET = 'gbk' >", Some("GBK")),
        ("<meta/charset=\"gbk\"/>", Some("GBK")),
        ("<meta x=1 charset=gbk charset=utf-8>", Some("GBK")),
        (
            "<meta content='text/html; charset=gbk' http-equiv=Content-Type>",
            Some("GBK"),
        ),
        ("<meta content='text/html; charset=gbk'>", None),
        ("<meta http-equiv=refresh content='charset=gbk'>", None),
        ("<meta name=description content='charset=gbk'>", None),
        (
            "<meta http-equiv=content-type content='charset = \"gbk\"; x'>",
            Some("GBK"),
        ),
        (
            "<meta http-equiv=content-type content='charset charset=gbk;x'>",
            Some("GBK"),
        ),
        (
            "<meta http-equiv=content-type content='charset=\"gbk'>",
            None,
        ),
        ("<meta =charset=gbk>", None),
        ("<meta charset=gbk", None),
        ("<metacharset=gbk>", None),
        ("<meta charset", None),
    ] {
        assert_eq!(found(page), name, "{page}");
    }
}

#[test]
fn ignores_labels_that_no_encoding_has() {
    for label in ["utf8mb4", "UTF-32", "", "none", "utf-7"] {
        let page = format!("<meta charset='{label}'>");
        assert_eq!(found(&page), None, "{page}");
        let page = page + "<meta charset=koi8-r>";
        assert_eq!(found(&page), Some("KOI8-R"), "{page}");
    }
    for (label, name) in [
        ("utf-16", "UTF-8"),
        ("UTF-16BE", "UTF-8"),
        ("unicode", "UTF-8"),
        ("x-user-defined", "windows-1252"),
        (" latin1 ", "windows-1252"),
    ] {
        assert_eq!(found(&format!("<meta charset='{label}'>")), Some(name));
    }
}

#[test]
fn skips_comments_and_other_tags_whole() {
    for hidden in [
        "<!-- <meta charset=gbk> -->",
        "<!-- --!> <meta charset=gbk> -->",
        "<!doctype x '<meta charset=gbk'>",
        "<?x <meta charset=gbk?>",
        "</ <meta charset=gbk>",
        "<a title='<meta charset=gbk>'>",
        "</p title=\"<meta charset=gbk>\">",
        "<a\ntitle = '<meta charset=gbk>' b>",
        "< meta charset=gbk>",
        "charset=gbk",
    ] {
        let page = format!("{hidden}<meta charset=koi8-r>");
        assert_eq!(found(&page), Some("KOI8-R"), "{page}");
    }
    for shown in ["<!-->", "<!--->", "<a>", "<a b='>'>", "<", "</>", "<!>"] {
        let page = format!("{shown}<meta charset=gbk>");
        assert_eq!(found(&page), Some("GBK"), "{page}");
    }
}

#[test]
fn reads_no_further_than_1024_bytes() {
    let meta = "<meta charset=gbk>";
    let page = |length: usize| " ".repeat(length - meta.len()) + meta;
    assert_eq!(found(&page(1024)), Some("GBK"));
    assert_eq!(found(&page(1025)), None);
    assert_eq!(certain(&page(1024)), "GBK");
    assert_eq!(certain(&page(1025)), "?", "Chromium reads on in the head");
    let body = |length: usize| "<p>".to_owned() + &page(length - 3);
    assert_eq!(certain(&body(1500)), "", "and no further in the body");
}

#[test]
fn is_certain_only_where_all_browsers_agree() {
    for (page, name) in [
        ("<title>charset=gbk</title><meta charset=utf-8>", "UTF-8"),
        (
            "<script src=x charset=gbk></script><meta charset=utf-8>",
            "UTF-8",
        ),
        ("<style>a</style><meta charset=utf-8>", "UTF-8"),
        ("<title><meta charset=gbk></title><meta charset=utf-8>", "?"),
        ("<script>'<meta charset=gbk>'</script>", "?"),
        ("<script><!-- </script><meta charset=gbk>", "?"),
        ("<noscript><p></noscript><meta charset=gbk>", "?"),
        ("<svg><title></svg><meta charset=gbk>", "?"),
        ("<!-- --!><meta charset=gbk> -->", "?"),
        ("<a b/c=\"><meta charset=gbk>\">", ""),
        ("<a/b=\"><meta charset=gbk>\">", "?"),
        (
            "<meta http-equiv=content-type content='charset&#61;gbk'>",
            "?",
        ),
        (
            "<meta charset='' http-equiv=content-type content='charset=gbk'>",
            "?",
        ),
        ("<textarea><meta charset=gbk>", "?"),
        ("<meta charset=gbk charset=utf-8>", "?"),
    ] {
        assert_eq!(certain(page), name, "{page}");
    }
}

#[test]
fn reads_a_declaration_of_xml() {
    for (page, name) in [
        ("<?xml version='1.0' encoding='koi8-r'?><p>", "KOI8-R"),
        ("<?xml encoding = \"utf-16\"?>", "UTF-8"),
        ("<?xml encoding='koi8-r '?>", ""),
        ("<?xml encoding=koi8-r?>", ""),
        (" <?xml encoding='koi8-r'?>", ""),
        ("<?xml encoding='koi8-r'", ""),
        ("<?xml encoding='gbk'?><meta charset=gbk>", "GBK"),
        ("<?xml encoding='gbk'?><meta charset=utf-8>", "?"),
    ] {
        assert_eq!(certain(page), name, "{page}");
    }
    assert!(starts_as_wide_xml(b"<\0?\0x\0m\0"));
    assert!(starts_as_wide_xml(b"\0<\0?\0x"));
    assert!(!starts_as_wide_xml(b"<?xml"));
}
