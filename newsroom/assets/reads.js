// Stores and counts the reports that this browser has opened. The server inserts this script only
// while analytics is granted.
const key = "plenary.read";
// Local storage does not expire, so the list ends with the cookie.
if (!/(^|; )reads=/.test(document.cookie)) localStorage.removeItem(key);
const read = new Set((localStorage.getItem(key) ?? "").split(" ").filter(Boolean));
read.add(location.pathname);
localStorage.setItem(key, [...read].join(" "));
document.cookie = `reads=${read.size}; path=/; max-age=2592000; samesite=lax`;
