"""The command line's main path under valgrind's memcheck: no invalid read or write, no use of what was never set, no leak."""
import os, re, subprocess, sys, tempfile, unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = sys.argv.pop(1)  # where cairn and cairn-verify lie
MEMCHECK = ("valgrind", "-q", "--error-exitcode=99", "--leak-check=full", "--errors-for-leak-kinds=definite",
            "--num-callers=20")


class MainPath(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="cairn-memcheck-")
        self.addCleanup(folder.cleanup)
        self.place = folder.name

    def run_checked(self, program, *words, code=0):
        environment = {"PATH": os.environ["PATH"], "HOME": self.place, "CAIRN_HOME": os.path.join(self.place, "home"),
                       "CAIRN_LEDGER": os.path.join(self.place, "ledger"), "CAIRN_ACTOR": "dana"}
        done = subprocess.run([*MEMCHECK, os.path.join(BIN, program), *words], env=environment, cwd=self.place,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)
        self.assertEqual(done.returncode, code, f"{program} {' '.join(words)}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def cairn(self, *words, code=0):
        return self.run_checked("cairn", *words, code=code)

    def test_a_ledger_is_begun_written_to_read_verified_exported_and_backed_up_without_an_error_of_memory(self):
        self.cairn("init", "--origin", "example.com/models")
        self.cairn("key", "new", "ben")
        self.cairn("actor", "add", "ben", "--key", "home/keys/ben.pub.pem", "--role", "approver")
        subprocess.run([os.path.join(ROOT, "examples", "train.py"), "--model-path", "model", "--seed", "1"], cwd=self.place,
                       stdout=subprocess.DEVNULL, check=True)
        self.cairn("deploy", "--model-path", "model", "--environment", "production")
        self.cairn("promote", "logistic/production/1", code=3)  # refused, and on record as well
        for words in (("status",), ("log", "--json"), ("show", "1"), ("history", "logistic"), ("why", "3"), ("verify",),
                      ("replay",)):
            self.cairn(*words)
        key = re.search(r"\S+\+[0-9a-f]{8}\+\S+", self.cairn("log-key")).group()
        self.cairn("export", "tiles")
        self.run_checked("cairn-verify", "tiles", "tiles", "--key", key)
        self.cairn("prove", "2", "--out", "2.tlog-proof")
        self.cairn("bundle", "--out", "whole.tar")
        self.run_checked("cairn-verify", "bundle", "whole.tar", "--key", key)
        self.cairn("backup", "copy")
        self.cairn("restore", "copy")
        # A damaged export is found out without an error of memory either.
        entries = os.path.join(self.place, "tiles", "tile", "entries")
        [tile] = os.listdir(entries)
        [width] = os.listdir(os.path.join(entries, tile))
        with open(os.path.join(entries, tile, width), "r+b") as file:
            file.seek(100)
            file.write(b"\0\0")
        self.run_checked("cairn-verify", "tiles", "tiles", "--key", key, code=5)


if __name__ == "__main__":
    unittest.main()
