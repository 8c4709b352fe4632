async fn front(consent: Consent) -> HttpResponse {
    let foot = "<p><a href=/privacy/choices>Cookie settings</a>";
    let page = format!("<!doctype html><title>News</title><body>{}<h1>News</h1>{foot}", consent.banner());
    let visits = ("Set-Cookie", "visits=1; Max-Age=2592000; Path=/; Secure; HttpOnly; SameSite=Lax");
    HttpResponse::Ok().content_type("text/html").insert_header(visits).body(page)
}
