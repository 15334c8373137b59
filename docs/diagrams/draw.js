// Draws each diagram in place of its text, in the colours that the reader chose.
const dark = document.documentElement.dataset.theme === "dark";
mermaid.initialize({ startOnLoad: true, securityLevel: "strict", theme: dark ? "dark" : "neutral" });
