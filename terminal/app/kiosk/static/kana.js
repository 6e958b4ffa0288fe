// What a kana key makes of the text so far.
const MARKS = { "゛": "\u3099", "゜": "\u309a" };
const LARGE = "アイウエオツヤユヨワ";
const SMALL = "ァィゥェォッャュョヮ";

export function kanaAfter(text, key) {
  if (key === "delete") return text.slice(0, -1);
  if (key === "小") return swapped(text);
  if (key in MARKS) return marked(text, MARKS[key]);
  return text + key;
}

// ツ becomes ッ, and ツ again.
function swapped(text) {
  const before = text.slice(0, -1);
  const end = text.slice(-1);
  if (end && LARGE.includes(end)) return before + SMALL[LARGE.indexOf(end)];
  if (end && SMALL.includes(end)) return before + LARGE[SMALL.indexOf(end)];
  return text;
}

// カ becomes ガ, and カ again; a kana that takes no such mark stays.
function marked(text, mark) {
  const before = text.slice(0, -1);
  const [bare, old] = text.slice(-1).normalize("NFD");
  if (!bare) return text;
  if (old === mark) return before + bare;
  const whole = (bare + mark).normalize("NFC");
  return whole.length === 1 ? before + whole : text;
}

// Hiragana and half-width kana as an input method leaves them. The terminal does the same with what it is sent.
export function katakana(text) {
  return text.normalize("NFKC").replace(/[\u3041-\u3096]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) + 0x60));
}
