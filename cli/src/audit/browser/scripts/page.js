// Title, links, and what the page makes connections ready for.
(() => {
  const readied = [...document.querySelectorAll("link[rel]")]
    .filter((link) => /\b(preconnect|dns-prefetch|prefetch|prerender)\b/i.test(link.rel))
    .map((link) => [link.href, link.rel.toLowerCase()]);
  const links = [...document.querySelectorAll("a[href], area[href]")]
    .filter((link) => !link.hasAttribute("download"))
    .map((link) => [link.href, (link.textContent || "").trim().slice(0, 80)]);
  return { title: document.title.slice(0, 300), links: links.slice(0, 2000), readied: readied.slice(0, 200) };
})()
