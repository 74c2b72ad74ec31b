// The report's own check, in plain JavaScript. It reads what a person reads, off this page: root, checkpoint, proofs,
// times, authors, outcomes. Only the entries' bytes come from the data block at the end.
"use strict";

// ---- bytes

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const fromHex = (text) => {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new Error("not lowercase hexadecimal: " + text.slice(0, 80));
  return Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
};
const fromBase64 = (text) => {
  const decoded = atob(text);
  // atob overlooks blanks and bits that belong to no byte: one value has one spelling here.
  if (btoa(decoded) !== text) throw new Error("not base64: " + text.slice(0, 80));
  return Uint8Array.from(decoded, (c) => c.charCodeAt(0));
};
const joined = (...parts) => {
  const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
};
const equal = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);
const utf8 = (text) => new TextEncoder().encode(text);
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

// ---- the tree: RFC 9162, 2.1.1 and 2.1.3.2

const leafHash = (entry) => sha256(joined([0], entry));
const nodeHash = (left, right) => sha256(joined([1], left, right));

async function rootFrom(leaf, index, size, proof) {
  if (index >= size) throw new Error(`its place ${index} is not under a root of ${size} entries`);
  let fn = BigInt(index);
  let sn = BigInt(size) - 1n;
  let hash = leaf;
  for (const sibling of proof) {
    if (sn === 0n) throw new Error("its proof is too long");
    if (fn & 1n || fn === sn) {
      hash = await nodeHash(sibling, hash);
      while (fn !== 0n && !(fn & 1n)) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      hash = await nodeHash(hash, sibling);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  if (sn !== 0n) throw new Error("its proof is too short");
  return hash;
}

// ---- the checkpoint: C2SP signed-note and tlog-checkpoint

function readNote(note) {
  const end = note.lastIndexOf("\n\n") + 1;
  const text = note.slice(0, end);
  const lines = text.split("\n");
  if (end === 0 || lines.length < 4) throw new Error("it is no signed note");
  if (!/^(0|[1-9][0-9]{0,15})$/.test(lines[1])) throw new Error("its second line is no size");
  const signatures = note.slice(end + 1).split("\n").filter((line) => line !== "");
  return { text, origin: lines[0], size: Number(lines[1]), root: fromBase64(lines[2]), signatures };
}

// True, or false where this browser knows no Ed25519.
async function verifyNote(note, vkey) {
  const [, name, id, encoded] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(vkey) || [];
  if (!name) throw new Error("the log’s key is not spelled as a verifier key");
  const key = fromBase64(encoded);
  if (key.length !== 33 || key[0] !== 1) throw new Error("the log’s key is no Ed25519 key");
  const keyHash = (await sha256(joined(utf8(name + "\n"), key))).subarray(0, 4);
  if (hex(keyHash) !== id) throw new Error("the log’s key does not hash to the id in its spelling");
  if (name !== note.origin) throw new Error("the log’s key bears another name than the checkpoint");
  const prefix = `\u2014 ${name} `;
  const signature = note.signatures.filter((line) => line.startsWith(prefix))
    .map((line) => fromBase64(line.slice(prefix.length))).find((bytes) => equal(bytes.subarray(0, 4), keyHash));
  if (!signature) throw new Error("no line of it is by the log’s key");
  let imported;
  try {
    imported = await crypto.subtle.importKey("raw", key.subarray(1), { name: "Ed25519" }, false, ["verify"]);
  } catch (error) {
    return false;
  }
  if (!await crypto.subtle.verify({ name: "Ed25519" }, imported, signature.subarray(4), utf8(note.text))) {
    throw new Error("its signature is not by the log’s key");
  }
  return true;
}

// ---- the entry: ledger/FORMAT.md, "Entry"

// What an entry's bytes say, by the names and in the spelling that this page uses.
function readEntry(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  const take = (count) => {
    if (at + count > bytes.length) throw new Error("its bytes end early");
    at += count;
    return bytes.subarray(at - count, at);
  };
  if (take(1)[0] !== 1) throw new Error("its version is not 1");
  const recorded = Number(view.getBigUint64(at));
  take(8);
  const outcome = String.fromCharCode(...take(take(1)[0]));
  const keys = [];
  const signatures = [];
  for (let left = take(1)[0]; left > 0; --left) {
    keys.push(hex(take(32)));
    const length = take(2);
    signatures.push(hex(take(length[0] * 256 + length[1])));
  }
  const payload = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(at));
  const said = JSON.parse(payload).predicate;
  const facts = {
    recorded: [timeText(recorded)], claimed: [timeText(said.at)], author: [said.author],
    outcome: [outcome || "admitted"], key: keys, signature: signatures, payload: [printable(payload)], ledger: said.ledger
  };
  for (const event of said.events) {
    for (const [name, value] of Object.entries(event.values || {})) (facts["value:" + name] = facts["value:" + name] || []).push(value);
  }
  return facts;
}

// As ledger/base/time.h, time_to_the_millisecond(): beyond the year 9999 it is a number.
const timeText = (millis) => millis < 0 || millis >= 253402300800000 ? `${millis}ms` : new Date(millis).toISOString().replace("T", " ").replace("Z", "");

// As ledger/base/text.h, printable(): what could hide is spelled out.
const printable = (text) => text.replace(/[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (c) => {
  const code = c.charCodeAt(0).toString(16);
  return c < "\x80" ? "\\x" + code.padStart(2, "0") : "\\u{" + code.padStart(4, "0") + "}";
});

// Without the line breaks and indentation that the page adds between a statement's tokens.
const compact = (json) => json.replace(/("(?:[^"\\]|\\.)*")|\s+/g, (all, string) => string || "");

// ---- the check

const shown = (id) => document.getElementById(id).textContent;

class Check {
  constructor() {
    this.holds = [];     // sentences
    this.fails = [];     // sentences
    this.unchecked = []; // sentences
  }

  async step(what, work) {
    try {
      return await work();
    } catch (error) {
      this.fails.push(`${what}: ${error.message}.`);
      return undefined;
    }
  }

  async checkpoint() {
    const note = await this.step("The checkpoint", () => readNote(shown("v-checkpoint")));
    if (!note) return undefined;
    const same = { origin: note.origin, size: String(note.size), root: hex(note.root) };
    let good = true;
    for (const [name, value] of Object.entries(same)) {
      if (shown("v-" + name) === value) continue;
      good = false;
      this.fails.push(`The ${name} shown, ${shown("v-" + name)}, is not the checkpoint’s, ${value}.`);
    }
    if (good) this.holds.push("Origin, size and root are the checkpoint’s.");
    const signed = await this.step("The checkpoint", () => verifyNote(note, shown("v-vkey")));
    if (signed) this.holds.push("The checkpoint is signed by the log’s key.");
    if (signed === false) this.unchecked.push("The checkpoint’s signature is not checked by this browser, which knows no Ed25519: cairn-verify does.");
    return note;
  }

  // The leaves that are proved, as hexadecimal, by seq; and what their bytes say, where they are there.
  async entries(note) {
    const { entries } = JSON.parse(shown("annex-data"));
    const size = note ? note.size : 0;
    const root = note ? hex(note.root) : shown("v-root");
    const read = new Map();
    let leaves = 0;
    let proofs = 0;
    for (const { seq, bytes } of entries) {
      if (read.has(seq)) this.fails.push(`Entry ${seq}: it is there twice.`);
      const item = { leaf: leafShown(seq), ledger: shown("v-ledger") };
      read.set(seq, item);
      await this.step(`Entry ${seq}`, async () => {
        if (bytes === "") return;
        const entry = fromBase64(bytes);
        const leaf = hex(await leafHash(entry));
        if (leaf !== item.leaf) throw new Error(`its bytes hash to ${leaf}, which is not the leaf shown, ${item.leaf}`);
        item.said = readEntry(entry);
        if (seq === 0 ? leaf !== item.ledger : item.said.ledger !== item.ledger) throw new Error("it is of another ledger");
        // A line of its own, or a link from elsewhere to an entry that has none.
        const told = Array.from(document.querySelectorAll(`#seq-${seq}, #change-${seq}, a[href="#entry-${seq}"]`));
        if (!told.some((element) => !element.closest("#annex"))) throw new Error("no line of this page tells of it");
        ++leaves;
      });
      await this.step(`Entry ${seq}`, async () => {
        const proof = Array.from(document.querySelectorAll(`[data-proof="${seq}"] code`), (code) => fromHex(code.textContent));
        const leads = hex(await rootFrom(fromHex(item.leaf), seq, size, proof));
        if (leads !== root) throw new Error(`its proof leads to ${leads}, which is not the root`);
        ++proofs;
      });
    }
    if (leaves > 0) this.holds.push(`${count(leaves, "leaf hash is", "leaf hashes are")} SHA-256 of the entries’ bytes.`);
    if (proofs > 0) this.holds.push(`${count(proofs, "inclusion proof leads", "inclusion proofs lead")} to the root.`);
    const bare = entries.filter(({ bytes }) => bytes === "").length;
    if (bare > 0) this.unchecked.push(`What ${count(bare, "entry says", "entries say")}: of them this page holds leaf and proof alone.`);
    if (entries.length === 0) this.unchecked.push("No entry is on this page.");
    return read;
  }

  // What each line has to say, so that nothing is overlooked for want of its mark.
  marks(anonymised) {
    const wanted = anonymised ? ["recorded", "outcome"] : ["recorded", "outcome", "author"];
    for (const line of document.querySelectorAll("[id^='seq-'], [id^='change-']")) {
      const seq = line.id.slice(line.id.indexOf("-") + 1);
      const missing = wanted.filter((fact) => !line.querySelector(`[data-seq="${seq}"][data-fact="${fact}"]`));
      if (missing.length > 0) this.fails.push(`Entry ${seq} is shown without its ${missing.map(named).join(", ")}.`);
    }
  }

  // Every fact on the page that stands in an entry's bytes.
  facts(read, anonymised) {
    let held = 0;
    let loose = 0;
    for (const element of document.querySelectorAll("[data-fact]")) {
      const { seq, fact } = element.dataset;
      const entry = read.get(Number(seq));
      const text = fact === "payload" ? compact(element.textContent) : element.textContent;
      const values = fact === "leaf" ? entry && [entry.leaf] : entry && entry.said && entry.said[fact];
      if (!values && anonymised) {
        ++loose;
      } else if (!values) {
        this.fails.push(`Entry ${seq} is shown, but its ${named(fact)} cannot be read from its bytes.`);
      } else if (values.includes(text)) {
        ++held;
      } else {
        const [here, there] = whereTheyDiffer(text, values.join("; "));
        this.fails.push(`Entry ${seq}: its ${named(fact)} is shown as “${here}”, but the entry says “${there}”.`);
      }
    }
    if (held > 0) {
      this.holds.push(anonymised ? `${count(held, "leaf hash shown is", "leaf hashes shown are")} those that are proved.` :
        `${count(held, "fact shown is", "facts shown are")} what the entries say: times, authors, outcomes, keys, statements.`);
    }
    if (loose > 0) this.unchecked.push(`${count(loose, "fact shown", "facts shown")} could not be held against an entry’s bytes.`);
  }

  population(read, note) {
    const seqs = Array.from(read.keys());
    const [first, last] = [Math.min(...seqs), Math.max(...seqs)];
    if (seqs.length === 0) return;
    const claimed = [shown("v-entries"), shown("v-first"), shown("v-last")].join(" ");
    if ([seqs.length, first, last].join(" ") !== claimed) {
      this.fails.push(`The page speaks of ${claimed.replace(/ (.*) (.*)/, " entries, $1 to $2")}, but holds ${seqs.length}, ${first} to ${last}.`);
    }
    if (note && seqs.length === note.size) {
      this.holds.push("All entries under the checkpoint are here; none is left out.");
    } else if (last - first + 1 === seqs.length) {
      this.holds.push(`No entry from ${first} to ${last} is left out.`);
      this.unchecked.push("What lies before and behind them is not on this page.");
    } else {
      this.unchecked.push(`Whether others belong here too: this page holds entries ${runs(seqs)}.`);
    }
  }
}

const named = (fact) => ({ recorded: "recorded time", claimed: "claimed time", payload: "statement" })[fact] || fact.replace("value:", "value of ");
// Of long texts what lies around their first difference: two statements begin alike.
const whereTheyDiffer = (one, other) => {
  let at = 0;
  while (at < one.length && one[at] === other[at]) ++at;
  const from = Math.max(0, at - 40);
  const cut = (text) => (from > 0 ? "…" : "") + text.slice(from, from + 100) + (text.length > from + 100 ? "…" : "");
  return [one, other].map(cut);
};
// "0, 2 to 5, 21 to 51"
const runs = (seqs) => {
  const all = [];
  for (const seq of seqs.sort((a, b) => a - b)) {
    if (all.length > 0 && all[all.length - 1][1] === seq - 1) all[all.length - 1][1] = seq;
    else all.push([seq, seq]);
  }
  return all.map(([first, last]) => first === last ? `${first}` : `${first} to ${last}`).join(", ");
};
const count = (number, one, more) => `${number} ${number === 1 ? one : more}`;
const leafShown = (seq) => {
  const leaf = document.querySelector(`#entry-${seq} [data-fact="leaf"]`);
  if (!leaf) throw new Error(`the annex does not show entry ${seq}`);
  return leaf.textContent;
};

const never = [
  "That the log’s key is the right one: compare it with the one that you were given.",
  "Authors’ signatures, and whether each outcome is what the rules say: cairn-verify and cairn verify do.",
  "Sentences, changes, causes, gates and drawings: they are Cairn’s reading of the entries; cairn report derives them anew.",
  "That this page’s own check was left alone: whoever could change the page could change it too."
];

async function verify() {
  const verdict = document.getElementById("verdict");
  if (!window.crypto || !crypto.subtle) {
    tell(verdict, "unsupported", "Nothing was checked", { unchecked: ["This browser offers no WebCrypto for a page that was opened so; cairn-verify needs none."] });
    return;
  }
  tell(verdict, "running", "Checking …", {});
  const check = new Check();
  const anonymised = document.getElementById("anonymised") !== null;
  const note = await check.checkpoint();
  const read = await check.step("The annex", () => check.entries(note)) || new Map();
  check.marks(anonymised);
  check.facts(read, anonymised);
  check.population(read, note);
  const failed = check.fails.length > 0;
  const partly = anonymised || read.size === 0;
  tell(verdict, failed ? "fails" : partly ? "partly" : "holds",
    failed ? `${count(check.fails.length, "thing does", "things do")} not hold` :
      partly ? "What can be checked of this page holds" : "Every entry, proof and the root hold",
    { fails: check.fails, holds: check.holds, unchecked: check.unchecked.concat(never) });
}

function tell(verdict, state, heading, { fails = [], holds = [], unchecked = [] }) {
  verdict.dataset.state = state;
  verdict.replaceChildren(made("h3", heading));
  for (const [name, title, lines] of [["fails", "Does not hold", fails], ["holds", "Holds", holds],
    ["unchecked", "Not checked here", unchecked]]) {
    if (lines.length === 0) continue;
    const list = made("ul", "");
    list.className = name;
    list.append(...lines.slice(0, 100).map((line) => made("li", line)));
    if (lines.length > 100) list.append(made("li", `and ${lines.length - 100} more`));
    verdict.append(made("h4", title), list);
  }
}

function made(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}

// ---- reading the page

function filterTimeline() {
  const words = document.getElementById("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = Array.from(document.querySelectorAll("table.timeline tbody tr"));
  let left = 0;
  for (const row of rows) {
    const text = row.textContent.toLowerCase();
    row.hidden = !words.every((word) => text.includes(word));
    if (!row.hidden) ++left;
  }
  document.getElementById("filter-count").textContent = words.length === 0 ? "" : `${left} of ${rows.length} entries`;
}

// A link into what is folded or filtered away shows it.
function showTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  const filter = document.getElementById("filter");
  if (target.hidden && filter) {
    filter.value = "";
    filterTimeline();
  }
  for (let at = target; at; at = at.parentElement) {
    if (at.tagName === "DETAILS") at.open = true;
  }
  target.scrollIntoView();
}

let folded = [];
addEventListener("beforeprint", () => {
  folded = Array.from(document.querySelectorAll("details:not([open])"));
  for (const details of folded) details.open = true;
});
addEventListener("afterprint", () => folded.forEach((details) => { details.open = false; }));
addEventListener("hashchange", showTarget);

document.documentElement.classList.add("scripted");
document.getElementById("check").addEventListener("click", verify);
if (document.getElementById("filter")) document.getElementById("filter").addEventListener("input", filterTimeline);
showTarget();
