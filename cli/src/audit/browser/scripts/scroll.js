// Scrolls to the end in steps, each of which is drawn: what comes into sight is told to scripts after
// that.
(async () => {
    const drawn = () => Promise.race([
        new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
        new Promise((done) => setTimeout(done, 120)),
    ]);
    for (const part of [0.3, 0.7, 1]) {
        window.scrollTo({ top: document.documentElement.scrollHeight * part, behavior: 'instant' });
        window.dispatchEvent(new Event('scroll'));
        await drawn();
    }
    return true;
})()
