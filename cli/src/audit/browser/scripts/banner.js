// Finds the consent banner of a page, and describes it. Documented in docs/audit-browser.md.
(() => {
  const ABOUT = /cookie|consent|einwilligung|datenschutz|privacy|vie privée|confidentialit|privacidad|prywatno|ciastecz|confidențialitate|privacyverklaring|privacidade|απόρρητο|soukrom|adatvéd|süti|integritet|kakor|personuppgift|tracking|evästee|бисквитк/i;
  // What a banner that only says yes has to speak of; `privacy` alone stands in many notices.
  const SURELY = /cookie|consent|einwillig|tracking|traceur|rastreador|ciastecz|kakor|süti|evästee|бисквитк/i;
  const SILENCE = /\b(by|if you) (continu|us|brows|scroll|clos|navigat)[^.]{0,120}\b(you )?(agree|consent|accept)|durch (die )?(weitere )?nutzung[^.]{0,120}(zu|einverstanden)|wenn sie (weiter|die)[^.]{0,120}(stimmen|erklären)|en poursuivant[^.]{0,120}(accept|consent)|continuando[^.]{0,120}(accett|acconsent)|si (continúa|continua|sigue) navegando[^.]{0,120}acept|korzystając[^.]{0,120}(zgod|akcept)|kontynuując[^.]{0,120}zgod|door verder[^.]{0,120}(akkoord|instemt)|ao continuar[^.]{0,120}(aceit|concord)/i;
  const INTEREST = /legitimate interest|berechtigte[smn]? interesse|intérêt légitime|interesse legittimo|interés legítimo|uzasadnion\S+ interes|gerechtvaardigd belang|interes legitim|interesse legítimo|oprávněn\S+ záj|jogos érdek|berättigat intresse/i;
  const PRODUCTS = [
    ["[data-consent-banner]", "actix-consent"],
    ["#onetrust-banner-sdk", "OneTrust"], ["#CybotCookiebotDialog", "Cookiebot"], ["#didomi-notice, #didomi-host", "Didomi"],
    ["#usercentrics-root, #usercentrics-cmp-ui", "Usercentrics"], [".qc-cmp2-container", "Quantcast"], ["#cc-main, #cc--main", "vanilla-cookieconsent"],
    [".klaro, #klaro", "Klaro"], ["[class*=orejime]", "Orejime"], [".cc-window", "Osano cookieconsent"], ["#tarteaucitronRoot", "tarteaucitron"],
    ["#truste-consent-track", "TrustArc"], ["[id^=sp_message_container]", "Sourcepoint"], [".cky-consent-container", "CookieYes"], ["#BorlabsCookieBox", "Borlabs"],
    [".cmplz-cookiebanner", "Complianz"], ["#iubenda-cs-banner", "iubenda"], [".osano-cm-window", "Osano"],
  ];
  const given = GIVEN;

  const shown = all(CONTROLS).filter(visible);

  const floats = (element) => {
    const style = getComputedStyle(element);
    return ["fixed", "sticky"].includes(style.position) || element.matches("dialog[open], [role=dialog], [role=alertdialog], [aria-modal=true]")
      || (style.position === "absolute" && Number(style.zIndex) > 0);
  };
  // A region that asks: it is about cookies or privacy, and can be answered.
  const holderOf = () => {
    if (given.banner) {
      const holder = all(given.banner).find(visible);
      return holder ? [holder, "selectors"] : null;
    }
    for (const [selector, name] of PRODUCTS) {
      const holder = all(selector).find((element) =>
        (visible(element) || all(CONTROLS, element).some(visible) || (element.shadowRoot && all(CONTROLS, element.shadowRoot).some(visible)))
        && (name === "actix-consent" || shown.some((control) => inside(control, element) && sort(control))));
      if (holder) return [holder, name];
    }
    let best = null;
    for (const control of shown) {
      const kind = sort(control);
      if (!["accept", "reject", "save", "close"].includes(kind)) continue;
      for (let up = parent(control); up && up !== document.body && up !== document.documentElement; up = parent(up)) {
        const text = up.innerText || "";
        if (text.length > 6000) break;
        if (text.length < 20 || !ABOUT.test(text)) continue;
        if (up.matches("article, main, p, footer, nav, header") && !floats(up)) break;
        // What wants to be written into is a letter to subscribe to, or a conversation.
        if (up.querySelector("input[type=email], input[type=text], input[type=password], input:not([type]), textarea")) break;
        const inner = shown.filter((other) => inside(other, up));
        const kinds = new Set(inner.map(sort).filter(Boolean));
        let floating = false;
        for (let at = up; at && at !== document.body; at = parent(at)) if (floats(at)) floating = true;
        // A page of settings, or an article about cookies, is no banner.
        if (!floating && up.closest("main, article, [role=main]")) break;
        const answers = kinds.has("accept") || kinds.has("reject") || kinds.has("save");
        if (!answers && !(kinds.has("close") && floating)) continue;
        if (!kinds.has("reject") && !kinds.has("settings") && !SURELY.test(text)) continue;
        if (!floating && !(kinds.has("accept") && (kinds.has("reject") || kinds.has("settings")))
          && !(kinds.has("accept") && /cookie/i.test(text) && text.length < 1500)) continue;
        const score = kinds.size * 10 + (floating ? 5 : 0) - text.length / 1000;
        if (!best || score > best.score) best = { score, holder: up };
      }
    }
    if (!best) return null;
    let holder = best.holder;
    for (let up = parent(holder); up && up !== document.body; up = parent(up)) if (floats(up) && (up.innerText || "").length < 6000) holder = up;
    return [holder, "heuristic"];
  };
  const found = holderOf();
  if (!found) return null;
  const [holder, foundBy] = found;
  holder.setAttribute("data-consent-audit-banner", "");

  const channel = (value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const colour = (text) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = text;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const behind = (element) => {
    const layers = [];
    for (let up = element; up; up = parent(up)) {
      const layer = colour(getComputedStyle(up).backgroundColor);
      if (layer[3] > 0) layers.push(layer);
      if (layer[3] === 255) break;
    }
    return layers.reverse().reduce((under, over) => over.slice(0, 3).map((part, at) =>
      (part * over[3] + under[at] * (255 - over[3])) / 255), [255, 255, 255]);
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((part) => channel(part / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return Math.round(((high + 0.05) / (low + 0.05)) * 100) / 100;
  };
  const over = (text, under) => {
    const layer = colour(text);
    return layer.slice(0, 3).map((part, at) => (part * layer[3] + under[at] * (255 - layer[3])) / 255);
  };
  const mark = (element, kind) => {
    element.setAttribute("data-consent-audit", kind);
    return `[data-consent-audit="${kind}"]`;
  };
  // Whether no box that scrolls hides it.
  const inSight = (element) => {
    const box = element.getBoundingClientRect();
    for (let up = parent(element); up && up !== document.body && up !== document.documentElement; up = parent(up)) {
      if (/(auto|scroll|hidden|clip)/.test(getComputedStyle(up).overflowY)) {
        const frame = up.getBoundingClientRect();
        if (box.top >= frame.bottom - 4 || box.bottom <= frame.top + 4) return false;
      }
      if (up === holder) break;
    }
    return box.top < innerHeight - 4 && box.bottom > 4;
  };
  const focusable = all("a[href], button, input, select, textarea, [tabindex]", holder).filter(visible);
  const describe = (element, kind) => {
    if (!element) return null;
    const style = getComputedStyle(element), box = element.getBoundingClientRect();
    const under = behind(element);
    const weight = Number(style.fontWeight) || 400;
    const bare = element.matches("a") && style.display === "inline" && colour(style.backgroundColor)[3] === 0 && style.borderTopWidth === "0px"
      || (colour(style.backgroundColor)[3] === 0 && parseFloat(style.borderTopWidth) === 0 && /underline/.test(style.textDecorationLine));
    return {
      text: label(element), kind: bare ? "link" : "button",
      x: box.x, y: box.y, width: box.width, height: box.height,
      fontSize: parseFloat(style.fontSize), fontWeight: weight,
      contrast: contrast(over(style.color, under), under),
      standsOut: contrast(under, behind(parent(element) || element)),
      order: Math.max(0, focusable.indexOf(element)), inSight: inSight(element), selector: mark(element, kind),
    };
  };
  const controls = shown.filter((control) => inside(control, holder));
  // The innermost of nested ones, and buttons before links.
  const leaf = controls.filter((control) => !controls.some((other) => other !== control && inside(other, control) && sort(other) === sort(control)));
  const pick = (kind) => {
    if (given[kind]) return all(given[kind]).find(visible) || null;
    const fitting = leaf.filter((control) => sort(control) === kind);
    const button = (control) => control.matches("button, input, [role=button]") ? 0 : 1;
    const whole = (control) => /\b(all|alle|tout|tous|tutti|todas|todos|wszystk|toate|όλα|vše|összes|alla)/i.test(label(control)) ? 0 : 1;
    return fitting.sort((a, b) => whole(a) - whole(b) || button(a) - button(b))[0] || null;
  };
  const text = (holder.innerText || (holder.shadowRoot && [...holder.shadowRoot.children].map((child) => child.innerText || "").join(" ")) || "").trim();
  const boxOf = (element) => {
    const own = element.getBoundingClientRect();
    if (own.width > 2 && own.height > 2) return own;
    const boxes = controls.map((control) => control.getBoundingClientRect());
    if (!boxes.length) return own;
    const left = Math.min(...boxes.map((box) => box.left)), top = Math.min(...boxes.map((box) => box.top));
    return new DOMRect(left, top, Math.max(...boxes.map((box) => box.right)) - left, Math.max(...boxes.map((box) => box.bottom)) - top);
  };
  const box = boxOf(holder);
  const wide = Math.max(0, Math.min(innerWidth, box.right) - Math.max(0, box.left));
  const high = Math.max(0, Math.min(innerHeight, box.bottom) - Math.max(0, box.top));
  // Where something else than the page lies over it, or the page cannot be scrolled.
  const wall = (() => {
    if (holder.matches("dialog:modal") || holder.closest?.("dialog:modal")) return true;
    const points = [0.1, 0.3, 0.5, 0.7, 0.9].flatMap((x) => [0.1, 0.3, 0.5, 0.7, 0.9].map((y) => [x * innerWidth, y * innerHeight]))
      .filter(([x, y]) => x < box.left || x > box.right || y < box.top || y > box.bottom);
    const covered = points.filter(([x, y]) => {
      const top = document.elementFromPoint(x, y);
      if (!top) return false;
      for (let up = top; up && up !== document.body && up !== document.documentElement; up = parent(up)) {
        const style = getComputedStyle(up), whole = up.getBoundingClientRect();
        if (style.position === "fixed" && whole.width >= innerWidth * 0.95 && whole.height >= innerHeight * 0.95) return true;
      }
      return false;
    });
    const locked = [document.documentElement, document.body].some((root) => root && /hidden|clip/.test(getComputedStyle(root).overflowY))
      && document.documentElement.scrollHeight > innerHeight + 40;
    const inert = document.querySelector("main[inert], [inert] main, body > [inert]") !== null;
    return (points.length > 0 && covered.length >= points.length * 0.8) || inert || (locked && wide * high > innerWidth * innerHeight * 0.25);
  })();
  const categories = all("input[name^='cat.']").slice(0, 20).map((tick) => tick.name.slice(4, 44));
  return {
    foundBy, text: text.slice(0, 3000), language: document.documentElement.lang || "",
    accept: describe(pick("accept") || pick("save"), "accept"), reject: describe(pick("reject"), "reject"),
    settings: describe(pick("settings"), "settings"), close: describe(pick("close"), "close"),
    boxes: boxesIn(holder).slice(0, 60).map(({ label, ticked }) => ({ label, ticked })), categories: [...new Set(categories)],
    covers: Math.round(wide * high / (innerWidth * innerHeight) * 1000) / 1000,
    wall, trapsFocus: false,
    legitimateInterest: INTEREST.test(text), saysSilenceIsConsent: SILENCE.test(text),
    focusables: focusable.length,
  };
})()
