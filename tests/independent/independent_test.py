"""verify/independent.py accepts what holds, and names each thing that does not."""
import base64, hashlib, json, os, shutil, struct, subprocess, sys, tempfile, unittest

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SCRIPT = os.path.join(os.path.dirname(TESTS), "verify", "independent.py")
VECTORS = os.path.join(TESTS, "golden", "tlog", "tilelog")
VECTORS_KEY = "example.com/log1+3a0274a6+AbnpI4hLNCOleiCj8S7v9oIxdQcHk3hjyA/DpMUX/pA6"
ORIGIN = "example.com/made-here"
ZEROS = "0" * 64


def sha256(data):
    return hashlib.sha256(data).digest()


def run(directory, key, *options):
    done = subprocess.run([sys.executable, "-B", SCRIPT, directory, key, *options], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


class Key:
    """A key pair made and used by openssl."""

    def __init__(self, folder, name, algorithm="ed25519"):
        self.path = os.path.join(folder, name + ".pem")
        options = ["-algorithm", "ed25519"] if algorithm == "ed25519" else \
            ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
        self.digest = [] if algorithm == "ed25519" else ["-digest", "sha256"]
        subprocess.run(["openssl", "genpkey", *options, "-out", self.path], check=True, capture_output=True)
        self.spki = subprocess.run(["openssl", "pkey", "-in", self.path, "-pubout", "-outform", "DER"], check=True,
                                   capture_output=True).stdout
        self.id = sha256(self.spki)

    def sign(self, message):
        with tempfile.NamedTemporaryFile() as file:
            file.write(message)
            file.flush()
            command = ["openssl", "pkeyutl", "-sign", "-rawin", *self.digest, "-inkey", self.path, "-in", file.name]
            return subprocess.run(command, check=True, capture_output=True).stdout


def root_of(leaves):
    """RFC 6962 as it is written: split at the largest power of two below the size."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return sha256(b"\x01" + root_of(leaves[:k]) + root_of(leaves[k:]))


class Ledger:
    """Writes the export of a small ledger by hand; each test bends one thing."""

    def __init__(self, folder, log_key=None):
        self.log = Key(folder, "log")
        self.dana = Key(folder, "dana")
        self.recovery = Key(folder, "recovery")
        public = b"\x01" + self.log.spki[-32:]
        self.key_id = sha256(ORIGIN.encode() + b"\n" + public)[:4]
        self.vkey = f"{ORIGIN}+{self.key_id.hex()}+{base64.b64encode(public).decode()}"
        self.entries = []
        self.say(self.dana, "dana", [
            {"type": "ledger.created/1", "origin": ORIGIN, "log_key": log_key or self.vkey,
             "recovery_key": base64.b64encode(self.recovery.spki).decode()},
            self.enrolled("dana", self.dana)])

    @staticmethod
    def enrolled(handle, key, kind="actor.enrolled/1"):
        return {"type": kind, "handle": handle, "key": base64.b64encode(key.spki).decode()}

    def leaves(self):
        return [sha256(b"\x00" + entry) for entry in self.entries]

    def say(self, key, author, events, outcome="", basis=None, ledger=None, flip=None):
        size = len(self.entries)
        leaves = self.leaves()
        basis = basis or {"size": size, "root": root_of(leaves).hex() if size else ZEROS}
        ledger = ledger or (leaves[0].hex() if size else ZEROS)
        payload = json.dumps({"predicate": {"ledger": ledger, "author": author, "basis": basis, "events": events}}).encode()
        signature = bytearray(key.sign(b"DSSEv1 28 application/vnd.in-toto+json %d " % len(payload) + payload))
        if flip is not None:
            signature[flip] ^= 1
        self.entries.append(struct.pack(">BQB", 1, 1000 + size, len(outcome)) + outcome.encode() + b"\x01" + key.id +
                            struct.pack(">H", len(signature)) + bytes(signature) + payload)

    def vkey_of(self, key, origin=ORIGIN):
        public = b"\x01" + key.spki[-32:]
        key_id = sha256(origin.encode() + b"\n" + public)[:4]
        return f"{origin}+{key_id.hex()}+{base64.b64encode(public).decode()}"

    def note(self, size, root, signers, origin=ORIGIN):
        text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n".encode()
        note = text + b"\n"
        for key in signers:
            key_id = bytes.fromhex(self.vkey_of(key, origin).split("+")[1])
            note += b"\xe2\x80\x94 " + origin.encode() + b" " + base64.b64encode(key_id + key.sign(text)) + b"\n"
        return note

    def export(self, directory, origin=ORIGIN, head=None, behind=b"", checkpoint=None):
        def write(path, data):
            os.makedirs(os.path.dirname(os.path.join(directory, path)), exist_ok=True)
            with open(os.path.join(directory, path), "wb") as file:
                file.write(data)
        leaves = self.leaves()
        write(f"tile/0/000.p/{len(leaves)}", b"".join(leaves))
        bundle = b"".join(struct.pack(">H", len(entry)) + entry for entry in self.entries)
        write(f"tile/entries/000.p/{len(leaves)}", bundle + behind)
        size, root = head or (len(leaves), root_of(leaves))
        text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n".encode()
        line = base64.b64encode(self.key_id + self.log.sign(text))
        write("checkpoint", checkpoint or text + b"\n\xe2\x80\x94 " + ORIGIN.encode() + b" " + line + b"\n")


class Vectors(unittest.TestCase):
    def test_tile_logs_that_other_programs_made_hold(self):
        for size in ("1", "255", "256", "257", "512"):
            status, output = run(os.path.join(VECTORS, size), VECTORS_KEY, "--entry-format", "none")
            self.assertEqual(status, 0, output)
            self.assertIn(f"holds: {size} entries", output)

    def test_any_file_with_one_flipped_byte_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            copy = os.path.join(folder, "257")
            shutil.copytree(os.path.join(VECTORS, "257"), copy)
            files = [os.path.join(where, name) for where, _, names in os.walk(copy) for name in names]
            self.assertEqual(len(files), 6)  # the checkpoint, three hash tiles, two bundles
            for path in files:
                os.chmod(path, 0o644)
                with open(path, "rb") as file:
                    good = file.read()
                for at in (0, len(good) // 2, len(good) - 2):
                    with open(path, "wb") as file:
                        file.write(good[:at] + bytes([good[at] ^ 1]) + good[at + 1:])
                    status, output = run(copy, VECTORS_KEY, "--entry-format", "none")
                    self.assertEqual(status, 5, f"{path} at {at}: {output}")
                    self.assertTrue(output.startswith("does not hold: "), output)
                with open(path, "wb") as file:
                    file.write(good)
            self.assertEqual(run(copy, VECTORS_KEY, "--entry-format", "none")[0], 0)

    def test_a_file_that_is_cut_or_missing_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            copy = os.path.join(folder, "256")
            shutil.copytree(os.path.join(VECTORS, "256"), copy)
            bundle = os.path.join(copy, "tile", "entries", "000")
            os.chmod(bundle, 0o644)
            os.truncate(bundle, os.path.getsize(bundle) - 1)
            self.assertEqual(run(copy, VECTORS_KEY, "--entry-format", "none"),
                             (5, "does not hold: tile/entries/000 ends within an entry\n"))
            self.assertEqual(run(folder, VECTORS_KEY)[0], 1)  # which is no export at all
            os.chmod(os.path.dirname(bundle), 0o755)
            os.remove(bundle)
            self.assertEqual(run(copy, VECTORS_KEY, "--entry-format", "none"),
                             (5, "does not hold: tile/entries/000 cannot be read: No such file or directory\n"))


class Entries(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.ledger = Ledger(self.folder)

    def key(self, name, algorithm="ed25519"):
        return Key(self.folder, name, algorithm)

    def result(self, vkey=None, **options):
        with tempfile.TemporaryDirectory() as directory:
            self.ledger.export(directory, **options)
            return run(directory, vkey or self.ledger.vkey)

    def expect(self, message, **options):
        self.assertEqual(self.result(**options), (5, f"does not hold: {message}\n"))

    def expect_usage(self, message, **options):
        code, said = self.result(**options)
        self.assertEqual(code, 2)
        self.assertTrue(said.endswith(message + "\n"), said)

    def test_a_ledger_holds_with_keys_of_both_kinds_added_used_and_revoked(self):
        kim, second = self.key("kim", "ecdsa-p256"), self.key("second")
        self.ledger.say(self.ledger.dana, "dana", [Ledger.enrolled("kim", kim)])
        self.ledger.say(kim, "kim", [{"type": "model.registered/1"}])
        self.ledger.say(self.ledger.dana, "dana", [Ledger.enrolled("dana", second, "key.added/1")])
        self.ledger.say(second, "dana", [{"type": "key.revoked/1", "key": self.ledger.dana.id.hex()}])
        self.ledger.say(self.ledger.recovery, "recovery", [Ledger.enrolled("sam", self.key("sam"))])
        status, output = self.result()
        self.assertEqual(status, 0, output)
        self.assertIn("holds: 6 entries", output)

    def test_a_signature_that_does_not_hold_is_named_with_its_entry(self):
        for algorithm in ("ed25519", "ecdsa-p256"):
            with self.subTest(algorithm):
                kim = self.key("kim", algorithm)
                self.ledger = Ledger(self.folder)
                self.ledger.say(self.ledger.dana, "dana", [Ledger.enrolled("kim", kim)])
                self.ledger.say(kim, "kim", [{"type": "model.registered/1"}], flip=-1)
                self.expect('entry 2: the signature of "kim" does not hold')

    def test_a_key_is_unknown_before_it_is_enrolled_and_after_it_is_revoked(self):
        kim = self.key("kim")
        self.ledger.say(kim, "kim", [{"type": "model.registered/1"}])
        self.expect(f"entry 1: key {kim.id.hex()} was not enrolled by then")
        self.ledger = Ledger(self.folder)
        dana = self.ledger.dana.id.hex()
        self.ledger.say(self.ledger.dana, "dana", [{"type": "key.revoked/1", "key": dana}])
        self.ledger.say(self.ledger.dana, "dana", [{"type": "model.registered/1"}])
        self.expect(f"entry 2: key {dana} was not enrolled by then")

    def test_a_refused_enrolment_enrols_nobody(self):
        kim = self.key("kim")
        self.ledger.say(self.ledger.dana, "dana", [Ledger.enrolled("kim", kim)], outcome="role_missing")
        self.ledger.say(kim, "kim", [{"type": "model.registered/1"}])
        self.expect(f"entry 2: key {kim.id.hex()} was not enrolled by then")

    def test_nobody_speaks_with_the_key_of_another(self):
        self.ledger.say(self.ledger.dana, "kim", [{"type": "model.registered/1"}])
        self.expect('entry 1: the key is of "dana", the author is "kim"')

    def test_a_statement_of_another_ledger_is_found(self):
        self.ledger.say(self.ledger.dana, "dana", [{"type": "model.registered/1"}], ledger="ab" * 32)
        self.expect("entry 1: it was written for another ledger")

    def test_a_head_of_another_history_is_found_unless_it_is_recorded_as_that(self):
        other = {"size": 1, "root": "cd" * 32}
        self.ledger.say(self.ledger.dana, "dana", [{"type": "model.registered/1"}], basis=other, outcome="basis_not_on_history")
        self.assertEqual(self.result()[0], 0)
        self.ledger.say(self.ledger.dana, "dana", [{"type": "model.registered/1"}], basis=other)
        self.expect("entry 2: the head that the author had seen is not on this history")

    def test_a_head_of_the_future_is_found(self):
        self.ledger.say(self.ledger.dana, "dana", [{"type": "model.registered/1"}], basis={"size": 2, "root": ZEROS})
        self.expect("entry 1: the head that the author had seen is not on this history")

    def test_an_entry_that_does_not_parse_is_named(self):
        self.ledger.entries.append(self.ledger.entries[0][:40])
        status, output = self.result()
        self.assertEqual(status, 5)
        self.assertTrue(output.startswith("does not hold: entry 1: it does not parse"), output)

    def test_an_entry_of_another_version_is_not_read(self):
        self.ledger.entries.append(b"\x07" + self.ledger.entries[0][1:])
        self.expect("entry 1: version 7 is not known here")

    def test_an_entry_has_one_signature(self):
        self.ledger.say(self.ledger.dana, "dana", [{"type": "model.registered/1"}])
        entry = self.ledger.entries[1]
        self.ledger.entries[1] = entry[:10] + b"\x02" + entry[11:109] * 2 + entry[109:]
        self.expect("entry 1: it has 2 signatures")

    def test_the_first_entry_names_the_log_key(self):
        self.ledger = Ledger(self.folder, log_key=VECTORS_KEY)
        self.expect("that key does not sign for this log now; bring the one that cairn log-key prints")

    def test_a_log_that_changed_its_key_is_signed_by_those_that_it_names(self):
        ledger, second = self.ledger, self.key("second")
        ledger.say(ledger.dana, "dana", [{"type": "log.key_added/1", "log_key": ledger.vkey_of(second)}])
        leaves = ledger.leaves()
        both = ledger.note(2, root_of(leaves), [ledger.log, second])
        self.assertEqual(self.result(checkpoint=both)[0], 0)
        self.assertEqual(self.result(checkpoint=both, vkey=ledger.vkey_of(second))[0], 0)
        self.expect("checkpoint: no signature by " + ORIGIN)  # the second key's line is not there
        ledger.say(ledger.dana, "dana", [{"type": "log.key_retired/1", "log_key": ledger.vkey}])
        alone = ledger.note(3, root_of(ledger.leaves()), [second])
        self.assertEqual(self.result(checkpoint=alone, vkey=ledger.vkey_of(second))[0], 0)
        self.expect("that key does not sign for this log now; bring the one that cairn log-key prints", checkpoint=alone)

    def test_a_fork_is_a_ledger_of_its_own_from_its_entry_on(self):
        ledger, own, origin = self.ledger, self.key("own"), "example.com/forked"
        vkey = ledger.vkey_of(own, origin)
        ledger.say(ledger.dana, "dana", [{"type": "ledger.forked/1", "log_key": vkey}])
        ledger.say(ledger.dana, "dana", [{"type": "model.registered/1"}], ledger=ledger.leaves()[1].hex())
        note = ledger.note(3, root_of(ledger.leaves()), [own], origin)
        self.assertEqual(self.result(checkpoint=note, vkey=vkey)[0], 0)
        self.expect("that key does not sign for this log now; bring the one that cairn log-key prints", checkpoint=note)
        ledger.say(ledger.dana, "dana", [{"type": "model.registered/1"}], ledger=ledger.leaves()[0].hex())
        note = ledger.note(4, root_of(ledger.leaves()), [own], origin)
        self.expect("entry 3: it was written for another ledger", checkpoint=note, vkey=vkey)

    def test_bytes_behind_the_last_entry_are_found(self):
        self.expect("tile/entries/000.p/1 goes on behind its entries", behind=b"\x00")

    def test_a_signed_root_that_is_not_that_of_the_entries_is_found(self):
        self.expect("checkpoint: the root is not that of the entries", head=(1, sha256(b"another")))

    def test_an_empty_tree_is_no_pass(self):
        self.expect("checkpoint: the tree is empty, so there is nothing to verify", head=(0, sha256(b"")))

    def test_the_checkpoint_must_be_of_this_log_and_this_key(self):
        self.expect('checkpoint: the origin is "example.com/other", the key is of "example.com/made-here"',
                    origin="example.com/other")
        self.expect("that key does not sign for this log now; bring the one that cairn log-key prints", vkey=VECTORS_KEY)

    def test_a_key_that_is_no_vkey_is_the_callers_mistake_and_no_verdict(self):
        other = self.ledger.vkey.replace("made-here+", "made-here+0")
        self.expect_usage("as `cairn log-key` prints it: its key id is not that of its key", vkey=other)
        self.expect_usage("as `cairn log-key` prints it: it is not NAME+ID+KEY", vkey="garbage")


if __name__ == "__main__":
    unittest.main()
