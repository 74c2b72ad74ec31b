"""The report's page in a real browser: it opens from disk, checks itself, and goes red for each thing that was changed.

    report_page_test.py WRITE_PAGES     the program that renders the pages
"""
import base64, json, os, random, re, subprocess, sys, tempfile, unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from webdriver import Browser

WRITE_PAGES = sys.argv.pop(1) if len(sys.argv) > 1 else ""
WIDE, PHONE = (1200, 900), (360, 740)

# What each changed page must say.
NAMED = {
    "entry": r"^Entry 7: its bytes hash to",
    "entry-recorded": r"^Entry 7: its bytes hash to",
    "leaf": r"^Entry 7: its bytes hash to",
    "proof": r"^Entry 7: its proof leads to [0-9a-f]{64}, which is not the root",
    "proof-short": r"^Entry 7: its proof is too short",
    "proof-long": r"^Entry 7: its proof is too long",
    "root": r"^The root shown, [0-9a-f]{64}, is not the checkpoint’s",
    "size": r"^The size shown, 26, is not the checkpoint’s, 25",
    "ledger": r"^Entry 4: it is of another ledger",
    "checkpoint-size": r"^The size shown, 25, is not the checkpoint’s",
    "checkpoint-signature": r"^The checkpoint: its signature is not by the log’s key",
    "vkey": r"^The checkpoint: the log’s key ",
    "time": r"^Entry 6: its recorded time is shown as “2026-11-24 03:11:00.001”, but the entry says “2026-11-24 03:11:00.000”",
    "claimed": r"^Entry 6: its claimed time is shown as",
    "actor": r"^Entry 6: its author is shown as “erin”, but the entry says “dana”",
    "outcome": r"^Entry 10: its outcome is shown as “admitted”, but the entry says “soak_missing”",
    "swapped": r"^Entry 6: its bytes hash to",
    "value": r"^Entry 16: its value of drift_score is shown as “0.12”, but the entry says “0.209”",
    "entry-left-out": r"^Entry 9 is shown, but ",
    "bytes-left-out": r"^Entry 9 is shown, but ",
}

CHECK = """
const done = () => ['holds', 'fails', 'partly', 'unsupported'].includes(document.getElementById('verdict').dataset.state);
document.getElementById('verdict').dataset.state = '';
document.getElementById('check').click();
"""
VERDICT = """
const verdict = document.getElementById('verdict');
if (!['holds', 'fails', 'partly', 'unsupported'].includes(verdict.dataset.state)) return null;
const lines = (name) => Array.from(verdict.querySelectorAll('ul.' + name + ' li'), (line) => line.textContent);
return {state: verdict.dataset.state, heading: verdict.querySelector('h3').textContent, holds: lines('holds'),
        fails: lines('fails'), unchecked: lines('unchecked'), colour: getComputedStyle(verdict).borderLeftColor};
"""


class ReportPage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="cairn-pages-")
        cls.addClassCleanup(cls.folder.cleanup)
        subprocess.run([WRITE_PAGES, cls.folder.name], check=True)
        cls.browser = cls.enterClassContext(Browser())

    def setUp(self):
        self.browser.size(*WIDE)
        self.browser.media(prefers_color_scheme="light")
        self.browser.logged("browser")
        self.browser.logged("performance")

    def tearDown(self):
        # Nothing may have gone wrong in the page, nor anything have been asked of a network.
        self.assertEqual([line["message"] for line in self.browser.logged("browser")], [])
        for line in self.browser.logged("performance"):
            message = json.loads(line["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                self.assertRegex(message["params"]["request"]["url"], r"^(file|data|about):")

    def path(self, name):
        return os.path.join(self.folder.name, name + ".html")

    def open(self, name):
        self.browser.open(self.path(name))

    def checked(self):
        self.browser.run(CHECK)
        return self.browser.wait_for(VERDICT, what="a verdict")

    def colour(self, name):
        return self.browser.run("const probe = document.body.appendChild(document.createElement('i'));"
                                f"probe.style.setProperty('color', 'var(--{name})');"
                                "const colour = getComputedStyle(probe).color; probe.remove(); return colour;")

    def test_a_good_page_turns_green_and_counts_what_it_checked(self):
        self.open("good")
        verdict = self.checked()
        self.assertEqual((verdict["state"], verdict["fails"]), ("holds", []))
        self.assertEqual(verdict["heading"], "Every entry, proof and the root hold")
        self.assertEqual(verdict["colour"], self.colour("good"))
        facts = self.browser.run("return document.querySelectorAll('[data-fact]').length")
        self.assertGreater(facts, 200)
        self.assertEqual(verdict["holds"], [
            "Origin, size and root are the checkpoint’s.",
            "The checkpoint is signed by the log’s key.",
            "20 leaf hashes are SHA-256 of the entries’ bytes.",
            "20 inclusion proofs lead to the root.",
            f"{facts} facts shown are what the entries say: times, authors, outcomes, keys, statements.",
            "No entry from 4 to 23 is left out."])
        self.assertTrue(any("compare it with the one that you were given" in line for line in verdict["unchecked"]))

    def test_a_whole_ledger_says_that_none_is_left_out(self):
        self.open("period")
        verdict = self.checked()
        self.assertEqual((verdict["state"], verdict["fails"]), ("holds", []))
        self.assertIn("All entries under the checkpoint are here; none is left out.", verdict["holds"])

    def test_a_selection_says_what_it_holds(self):
        self.open("bad-entry-left-out")
        self.assertIn("Whether others belong here too: this page holds entries 4 to 8, 10 to 23.", self.checked()["unchecked"])

    def test_an_anonymised_page_claims_only_what_it_can_show(self):
        self.open("anonymised")
        verdict = self.checked()
        self.assertEqual((verdict["state"], verdict["fails"]), ("partly", []))
        self.assertIn("20 inclusion proofs lead to the root.", verdict["holds"])
        self.assertIn("40 leaf hashes shown are those that are proved.", verdict["holds"])
        self.assertTrue(any("could not be held against an entry’s bytes" in line for line in verdict["unchecked"]))
        with open(self.path("anonymised"), encoding="utf-8") as file:
            self.assertNotIn('data-fact="author"', file.read())

    def test_each_changed_page_turns_red_and_names_what_was_changed(self):
        names = sorted(name[len("bad-"):-len(".html")] for name in os.listdir(self.folder.name) if name.startswith("bad-"))
        self.assertEqual(names, sorted(NAMED))
        for name in names:
            with self.subTest(name):
                self.open("bad-" + name)
                verdict = self.checked()
                self.assertEqual(verdict["state"], "fails")
                self.assertEqual(verdict["colour"], self.colour("bad"))
                self.assertTrue(any(re.search(NAMED[name], line) for line in verdict["fails"]), verdict["fails"])

    def test_a_sentence_that_was_changed_is_not_said_to_hold(self):
        self.open("good")
        self.browser.run("document.querySelector('main p').textContent = 'Nobody was harmed.'")
        verdict = self.checked()
        self.assertEqual(verdict["heading"], "Every entry, proof and the root hold")
        self.assertNotRegex(" ".join(verdict["holds"]).lower(), "sentence|everything")
        self.assertTrue(any(line.startswith("Sentences, ") for line in verdict["unchecked"]), verdict["unchecked"])

    def test_of_a_long_statement_both_excerpts_show_where_they_differ(self):
        self.open("good")
        self.browser.run("const at = document.querySelector('#entry-7 [data-fact=\"payload\"]');"
                         "at.textContent = at.textContent.replace(/[a-z](?=[^a-z]*$)/, 'Q');")
        verdict = self.checked()
        said = r"^Entry 7: its statement is shown as “(…[^”]*)”, but the entry says “(…[^”]*)”\.$"
        self.assertEqual(len(verdict["fails"]), 1)
        self.assertRegex(verdict["fails"][0], said)
        here, there = re.match(said, verdict["fails"][0]).groups()
        self.assertEqual(here[:41], there[:41])
        self.assertEqual((here[41], here[42:]), ("Q", there[42:]))

    def test_any_byte_changed_behind_the_pages_back_turns_it_red(self):
        self.open("good")
        data = self.browser.run("return document.getElementById('annex-data').textContent")
        texts = self.browser.run("return Array.from(document.querySelectorAll('[data-proof] code, #v-root, #v-checkpoint, "
                                 "#v-vkey, [data-fact]'), (element) => element.textContent)")
        dice = random.Random(4)
        entry = dice.randrange(20)
        bad = 0
        for at in dice.sample(range(len(base64.b64decode(json.loads(data)["entries"][entry]["bytes"]))), 60):
            changed = json.loads(data)
            content = bytearray(base64.b64decode(changed["entries"][entry]["bytes"]))
            content[at] ^= 1 << dice.randrange(8)
            changed["entries"][entry]["bytes"] = base64.b64encode(content).decode()
            self.browser.run("document.getElementById('annex-data').textContent = arguments[0]", json.dumps(changed))
            self.assertEqual(self.checked()["state"], "fails", f"entry {entry}, byte {at}")
            bad += 1
        self.browser.run("document.getElementById('annex-data').textContent = arguments[0]", data)
        set_text = ("document.querySelectorAll('[data-proof] code, #v-root, #v-checkpoint, #v-vkey, [data-fact]')"
                    "[arguments[0]].textContent = arguments[1]")
        for index in dice.sample(range(len(texts)), 60):
            # A character of the text itself: spaces and line breaks between the tokens of a statement mean nothing.
            at = dice.choice([i for i, c in enumerate(texts[index]) if c.isalnum()])
            other = dice.choice([c for c in "0123456789abcdefXYZ" if c != texts[index][at]])
            self.browser.run(set_text, index, texts[index][:at] + other + texts[index][at + 1:])
            self.assertEqual(self.checked()["state"], "fails", f"text {index}, character {at}: {texts[index][:80]}")
            self.browser.run(set_text, index, texts[index])
            bad += 1
        self.assertEqual(bad, 120)
        self.assertEqual(self.checked()["state"], "holds")  # as it was before

    def test_a_line_that_was_cut_out_is_missed(self):
        with open(self.path("good"), encoding="utf-8") as file:
            page = file.read()
        cut = re.sub(r'<tr id="seq-10".*?</tr>', "", page, count=1, flags=re.S)
        self.assertLess(len(cut), len(page))
        with open(self.path("cut"), "w", encoding="utf-8") as file:
            file.write(cut)
        self.open("cut")
        verdict = self.checked()
        self.assertEqual((verdict["state"], verdict["fails"]), ("fails", ["Entry 10: no line of this page tells of it."]))

    def test_a_time_beyond_the_year_9999_is_spelled_as_on_the_page(self):
        self.open("good")
        self.assertEqual(self.browser.run("return [253402300799999, 253402300800000].map(timeText)"),
                         ["9999-12-31 23:59:59.999", "253402300800000ms"])

    def test_a_fact_that_lost_its_mark_is_missed(self):
        for fact, named in (("recorded", "its recorded time"), ("author", "its author"), ("outcome", "its outcome")):
            self.open("good")
            self.browser.run("const at = document.querySelector(`#seq-5 [data-fact='${arguments[0]}']`);"
                             "at.removeAttribute('data-fact'); at.textContent = 'another'", fact)
            verdict = self.checked()
            self.assertEqual((verdict["state"], verdict["fails"]), ("fails", [f"Entry 5 is shown without {named}."]))

    def test_an_entry_without_a_line_of_its_own_may_be_linked_to(self):
        self.open("good")
        self.browser.run("document.getElementById('seq-5').outerHTML = '<tr><td><a href=\"#entry-5\">5</a></td></tr>'")
        self.assertEqual(self.checked()["fails"], [])

    def test_without_webcrypto_it_says_so(self):
        self.open("good")
        self.browser.run("Object.defineProperty(window.crypto, 'subtle', {value: undefined})")
        verdict = self.checked()
        self.assertEqual((verdict["state"], verdict["holds"]), ("unsupported", []))
        self.assertIn("no WebCrypto", verdict["unchecked"][0])

    def test_without_ed25519_it_says_that_the_signature_is_not_checked(self):
        self.open("bad-checkpoint-signature")
        self.browser.run("crypto.subtle.importKey = () => Promise.reject(new DOMException('', 'NotSupportedError'))")
        verdict = self.checked()
        self.assertEqual(verdict["fails"], [])
        self.assertTrue(any("signature is not checked by this browser" in line for line in verdict["unchecked"]))

    def test_markup_that_an_entry_holds_stays_text(self):
        self.open("good")
        self.assertEqual(self.browser.run("return document.title"), "INC-1: Harmful predictions for one cohort")
        self.assertEqual(self.browser.run("return document.querySelectorAll('img').length"), 0)
        self.assertIn("<script>document.title='broken in'</script>", self.browser.run("return document.body.innerText"))
        self.assertNotIn("\u202e", self.browser.run("return document.body.textContent"))

    def test_a_script_that_was_smuggled_in_is_not_run(self):
        with open(self.path("good"), encoding="utf-8") as file:
            page = file.read()
        changed = page.replace("</body>", "<script>document.title = 'broken in'</script><img src=x></body>")
        self.assertNotEqual(changed, page)
        with open(self.path("smuggled"), "w", encoding="utf-8") as file:
            file.write(changed)
        self.open("smuggled")
        self.assertNotEqual(self.browser.run("return document.title"), "broken in")
        refused = [line["message"] for line in self.browser.logged("browser")]
        self.assertTrue(any("Content Security Policy" in line and "script" in line for line in refused), refused)
        self.assertTrue(any("Content Security Policy" in line and "img-src" in line for line in refused), refused)

    def test_the_keyboard_alone_reaches_and_presses_the_button(self):
        self.open("good")
        focused = "const at = document.activeElement; return at.id || at.className"
        self.browser.press("Tab")
        self.assertEqual(self.browser.run(focused), "skip")
        self.assertGreaterEqual(self.browser.run("return document.activeElement.getBoundingClientRect().left"), 0)
        for _ in range(40):
            if self.browser.run(focused) == "check":
                break
            self.browser.press("Tab")
        self.assertEqual(self.browser.run(focused), "check")
        self.assertNotEqual(self.browser.run("return getComputedStyle(document.activeElement).outlineStyle"), "none")
        self.browser.press("Enter")
        self.assertEqual(self.browser.wait_for(VERDICT, what="a verdict")["state"], "holds")

    def test_the_filter_leaves_the_rows_that_hold_every_word(self):
        self.open("good")
        rows = "return Array.from(document.querySelectorAll('.timeline tbody tr'), (r) => r.hidden ? '' : r.id).filter(Boolean)"
        self.assertEqual(len(self.browser.run(rows)), 20)
        self.browser.run("document.getElementById('filter').focus()")
        self.browser.type("Canary soak_missing")
        self.assertEqual(self.browser.run(rows), ["seq-10"])
        self.assertEqual(self.browser.run("return document.getElementById('filter-count').textContent"), "1 of 20 entries")
        # A link to a row that is filtered away brings it back, one into the annex opens it.
        self.browser.run("location.hash = '#seq-5'")
        self.browser.wait_for("return !document.getElementById('seq-5').hidden", what="the row of entry 5")
        self.browser.run("location.hash = '#entry-5'")
        self.browser.wait_for("return document.getElementById('entry-5').open", what="entry 5")

    def test_every_link_leads_somewhere_on_the_page(self):
        for name in ("good", "period", "anonymised"):
            self.open(name)
            self.assertEqual(self.browser.run(
                "return Array.from(document.querySelectorAll('a, [href]'), (a) => a.getAttribute('href'))"
                ".filter((to) => !to.startsWith('#') || !document.getElementById(to.slice(1)))"), [])
            self.assertEqual(self.browser.run(
                "const ids = Array.from(document.querySelectorAll('[id]'), (element) => element.id);"
                "return ids.filter((id, i) => ids.indexOf(id) !== i)"), [])

    def test_a_phone_shows_the_page_without_scrolling_sideways(self):
        self.browser.size(*PHONE, mobile=True)
        for name in ("good", "period", "anonymised"):
            self.open(name)
            self.browser.run("for (const one of document.querySelectorAll('details')) one.open = true")
            self.checked()
            wide, room = self.browser.run("return [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
            self.assertEqual(room, PHONE[0])
            self.assertLessEqual(wide, room, name)
            self.assertEqual(self.browser.run("return document.body.scrollWidth") <= room, True)

    def test_light_and_dark_have_contrast(self):
        for scheme in ("light", "dark"):
            self.browser.media(prefers_color_scheme=scheme)
            self.open("good")
            self.checked()
            paper = luminance(self.colour("paper"))
            self.assertEqual(paper < 0.2, scheme == "dark")
            for name in ("ink", "soft", "link", "good", "bad", "warn"):
                for behind in ("paper", "raised", *([name + "-paper"] if name in ("good", "bad", "warn") else [])):
                    ratio = contrast(luminance(self.colour(name)), luminance(self.colour(behind)))
                    self.assertGreaterEqual(ratio, 4.5, f"{scheme}: {name} on {behind}")
            self.assertGreaterEqual(contrast(luminance(self.colour("soft")), luminance(self.colour("good-paper"))), 4.5)

    def test_print_opens_what_is_folded_and_leaves_buttons_out(self):
        self.open("good")
        self.browser.media("print")
        self.assertEqual(self.browser.run("return getComputedStyle(document.querySelector('.buttons')).display"), "none")
        self.browser.media()
        self.browser.run("""
            addEventListener('beforeprint', () => {
              window.folded = document.querySelectorAll('details:not([open])').length;
              window.height = document.querySelector('#entry-4 pre').getBoundingClientRect().height;
            });""")
        pdf = base64.b64decode(self.browser.devtools("Page.printToPDF", printBackground=True)["data"])
        self.assertTrue(pdf.startswith(b"%PDF-"))
        self.assertGreater(len(re.findall(rb"/Type\s*/Page[^s]", pdf)), 10)
        self.assertEqual(self.browser.run("return window.folded"), 0)
        self.assertGreater(self.browser.run("return window.height"), 100)
        self.assertGreater(self.browser.run("return document.querySelectorAll('details:not([open])').length"), 20)

    def test_without_scripts_everything_is_there_to_read(self):
        self.browser.devtools("Emulation.setScriptExecutionDisabled", value=True)
        self.addCleanup(self.browser.devtools, "Emulation.setScriptExecutionDisabled", value=False)
        self.open("good")
        tree = json.dumps(self.browser.devtools("Accessibility.getFullAXTree"))
        self.assertIn("Without scripts this page checks nothing", tree)
        self.assertNotIn("Verify in this browser", tree)
        self.assertIn("acknowledged INC-1: on it", tree)

    def test_what_a_screen_reader_is_told(self):
        self.open("good")
        nodes = self.browser.devtools("Accessibility.getFullAXTree")["nodes"]
        said = {(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node["ignored"]}
        for role, name in (("main", ""), ("navigation", "Sections"), ("button", "Verify in this browser"),
                           ("searchbox", "Filter the timeline"), ("table", "Timeline"), ("region", "Proof"),
                           ("image", "Versions of logistic in production over time"),
                           ("image", "Recorded values: drift_score of logistic in production")):
            self.assertTrue((role, name) in said, f"nothing is told of the {role} “{name}”")


def luminance(colour):
    channels = [float(channel) / 255 for channel in re.findall(r"[\d.]+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


if __name__ == "__main__":
    unittest.main()
