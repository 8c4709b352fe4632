async fn front(consent: Consent) -> HttpResponse {
    let page = format!("<!doctype html><body>{}<h1>News</h1><a href=/privacy/choices>Cookie settings</a>", consent.banner());
    let visits = ("Set-Cookie", "visits=1; Max-Age=2592000; Path=/; Secure; HttpOnly; SameSite=Lax");
    HttpResponse::Ok().content_type("text/html").insert_header(visits).body(page)
}
