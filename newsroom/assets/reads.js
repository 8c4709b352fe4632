// Remembers which reports this browser has opened, and how many. The server puts this script into a
// page only while analytics is on.
const key = "plenary.read";
// Storage has no end of its own. The cookie has, so the list ends with it.
if (!/(^|; )reads=/.test(document.cookie)) localStorage.removeItem(key);
const read = new Set((localStorage.getItem(key) ?? "").split(" ").filter(Boolean));
read.add(location.pathname);
localStorage.setItem(key, [...read].join(" "));
document.cookie = `reads=${read.size}; path=/; max-age=2592000; samesite=lax`;
